// Which mirror the Asterisks are fetched from: the host's own, however its apt sources are written.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { debianMirrors } from '../../support/debian-mirror.ts';
import { privateFolder } from '../../support/private-folder.ts';

/** An /etc/apt with these files. */
function apt(files: Readonly<Record<string, string>>): string {
  const folder = privateFolder('apt');
  mkdirSync(join(folder, 'sources.list.d'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe("The host's own Debian mirror", () => {
  test('is read from deb822 stanzas, past comments and other archives', () => {
    const folder = apt({
      'sources.list.d/debian.sources': [
        'Types: deb',
        '# http://snapshot.example/archive/debian/20250520T000000Z',
        'URIs: http://mirror.example/debian',
        'Suites: bookworm bookworm-updates',
        'Components: main',
        'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
        '',
        'Types: deb',
        'URIs: http://mirror.example/debian-security',
        'Suites: bookworm-security',
        'Components: main',
      ].join('\n'),
      'sources.list.d/vendor.sources':
        'Types: deb\nURIs: https://vendor.example/node_20.x\nSuites: nodistro\nComponents: main\n',
    });
    assert.deepEqual(debianMirrors(folder, 'bookworm'), ['http://mirror.example/debian']);
  });

  test('is read from one-line sources with options', () => {
    const folder = apt({
      'sources.list': [
        '# deb http://off.example/debian bookworm main',
        'deb [arch=amd64 signed-by=/k.gpg] https://mirror.example/debian/ bookworm main contrib # ours',
        'deb-src http://src.example/debian bookworm main',
      ].join('\n'),
      'sources.list.d/google.list': 'deb https://packages.example/apt cloud-sdk-bookworm main\n',
    });
    assert.deepEqual(debianMirrors(folder, 'bookworm'), ['https://mirror.example/debian']);
  });

  test("comes before another archive that calls its suite by Debian's name", () => {
    const folder = apt({
      'sources.list.d/a-vendor.list':
        'deb [signed-by=/vendor.gpg] https://vendor.example/apt bookworm main\n',
      'sources.list.d/b-debian.list': 'deb http://ftp.xx.debian.org/debian bookworm main\n',
    });
    assert.equal(debianMirrors(folder, 'bookworm')[0], 'http://ftp.xx.debian.org/debian');
  });

  test('a stanza that is switched off does not count', () => {
    const stanza =
      'Types: deb\nEnabled: no\nURIs: http://off.example/debian\nSuites: bookworm\nComponents: main\n';
    const folder = apt({ 'sources.list.d/off.sources': stanza });
    assert.deepEqual(debianMirrors(folder, 'bookworm'), []);
  });

  test('is none when the sources name none', () => {
    assert.deepEqual(debianMirrors(apt({}), 'bookworm'), []);
  });
});
