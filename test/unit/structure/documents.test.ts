// Documents name files and folders of the repository that exist: paths in backticks, by their whole path or its end
// (`http/token.ts`), and the targets of links.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { test } from 'node:test';
import { repository } from '../../support/repository.ts';

const files = execFileSync('git', ['ls-files'], { cwd: repository, encoding: 'utf8' }).split('\n');
const documents = files.filter(file => file.endsWith('.md'));
/** Folders that `sip-call pbx` writes. */
const WRITTEN = ['gateway/etc/', 'gateway-and-pbx/etc/'];
/** Every file, and every folder with a slash at its end. */
const paths = new Set(files.flatMap(file => [file, ...foldersOf(file)]));

test('each path that a document names exists', () => {
  const wrong = documents.flatMap(document => {
    const text = readFileSync(join(repository, document), 'utf8');
    const mentions = mentionsIn(text).filter(path => !exists(path));
    const links = linksIn(text).filter(link => !paths.has(resolved(document, link)));
    return [...mentions, ...links].map(path => `${document} names ${path}`);
  });
  assert.deepEqual(wrong, []);
});

test('mentions and links are found in the text', () => {
  const text =
    '`gateway/call/call.ts`, `gateway/edge/`, `Call.start`, [docs](docs/pbx.md#keys), [web](https://x.test), `GET /`';
  assert.deepEqual(mentionsIn(text), ['gateway/call/call.ts', 'gateway/edge/']);
  assert.deepEqual(linksIn(text), ['docs/pbx.md']);
});

test('a path that does not exist is found', () => {
  assert.ok(exists('call/call.ts'));
  assert.ok(!exists('gateway/call/no-such-file.ts'));
  assert.ok(!exists('gateway/no-such-room/'));
  assert.equal(resolved('docs/network.md', 'pbx.md'), 'docs/pbx.md');
  assert.equal(resolved('docs/pbx.md', '../test/firewall'), 'test/firewall/');
});

/** Paths of sources, scripts, units and documents, and folders below one of ours. */
function mentionsIn(text: string): string[] {
  return [
    ...text.matchAll(/`([\w@.-]+(?:\/[\w@.-]+)*\.(?:ts|sh|service|md|yml))`/g),
    ...text.matchAll(/`((?:build|demo-site|deploy|docs|gateway|test|widget)\/(?:[\w@.-]+\/)*)`/g),
  ].map(([, path = '']) => path);
}

/** Relative ones, without their anchors. */
function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(
    ([, target = '']) => target,
  );
}

function exists(path: string): boolean {
  return paths.has(path) || WRITTEN.includes(path) || [...paths].some(known => known.endsWith(`/${path}`));
}

function resolved(document: string, link: string): string {
  const path = normalize(join(document, '..', link));
  return files.includes(path) ? path : `${path.replace(/\/$/, '')}/`;
}

function foldersOf(file: string): string[] {
  const parts = file.split('/').slice(0, -1);
  return parts.map((_, index) => `${parts.slice(0, index + 1).join('/')}/`);
}
