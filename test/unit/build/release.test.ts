// The release script: its texts by themselves, and a whole release of a small repository with real git and npm.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { entriesOf, releasedChangelog, releaseVersion } from '../../../build/release-texts.ts';
import { privateFolder } from '../../support/private-folder.ts';
import { repository } from '../../support/repository.ts';

const CHANGELOG = '# Changelog\n\n## Unreleased\n\n- One.\n- Two.\n';

test('without a tag the current version is released', () => {
  assert.equal(releaseVersion('0.1.0', undefined, []), '0.1.0');
});

test('major, minor and patch raise that part and clear the parts behind it', () => {
  const raised = ['major', 'minor', 'patch'].map(part => releaseVersion('1.2.3', part, ['1.2.3']));
  assert.deepEqual(raised, ['2.0.0', '1.3.0', '1.2.4']);
});

test('a version that is released, lower than a released one, or malformed is refused', () => {
  assert.throws(() => releaseVersion('0.1.0', undefined, ['0.1.0']), /0\.1\.0 is released already/);
  assert.throws(() => releaseVersion('0.1.0', '0.9.0', ['0.10.0']), /0\.9\.0 is lower than 0\.10\.0/);
  assert.throws(() => releaseVersion('0.1.0', 'next', []), /next is not a version/);
});

test('the unreleased entries move under a heading of the version and the date', () => {
  const released = releasedChangelog(CHANGELOG, '0.1.0', '2026-12-01');
  assert.equal(released, '# Changelog\n\n## Unreleased\n\n## 0.1.0 (2026-12-01)\n\n- One.\n- Two.\n');
  assert.equal(entriesOf(released), '');
});

test('a changelog without an unreleased entry is refused', () => {
  assert.throws(() => releasedChangelog('# Changelog\n', '0.1.0', ''), /no heading/);
  assert.throws(() => releasedChangelog('## Unreleased\n\n## 0.1.0\n\n- Old.\n', '0.2.0', ''), /no entry/);
});

test('CHANGELOG.md has the heading that a release moves', () => {
  assert.match(readFileSync(join(repository, 'CHANGELOG.md'), 'utf8'), /^## Unreleased$/m);
});

test('a dry run prints the release and changes nothing', () => {
  const { folder, git } = project();
  const { status, output } = released(folder, '--dry-run', 'minor');
  assert.equal(status, 0, output);
  assert.match(output, /version\s+0\.1\.0 -> 0\.2\.0/);
  assert.match(output, /changelog\s+2 entries/);
  assert.match(output, /sbom\s+0 components/);
  assert.match(output, /would commit .* and tag v0\.2\.0/);
  assert.equal(git('status', '--porcelain') + git('tag'), '');
  assert.ok(!existsSync(join(folder, 'dist/release')));
});

test('a release writes package and SBOM, commits, tags, and publishes nothing', () => {
  const { folder, git } = project();
  const { status, output } = released(folder, '0.1.0');
  assert.equal(status, 0, output);
  assert.match(output, /not published/);
  assert.equal(git('tag'), 'v0.1.0');
  assert.equal(git('log', '--format=%s', '-1'), 'Release 0.1.0');
  assert.equal(git('status', '--porcelain'), '');
  assert.match(readFileSync(join(folder, 'CHANGELOG.md'), 'utf8'), /^## 0\.1\.0 \(\d{4}-\d\d-\d\d\)$/m);
  assert.ok(existsSync(join(folder, 'dist/release/small-0.1.0.tgz')));
  const bill = readFileSync(join(folder, 'dist/release/small-0.1.0.cdx.json'), 'utf8');
  assert.equal(JSON.parse(bill).bomFormat, 'CycloneDX');
});

test('a tree with changes is not released', () => {
  const { folder } = project();
  writeFileSync(join(folder, 'more.txt'), '');
  const { status, output } = released(folder, '--dry-run');
  assert.equal(status, 1);
  assert.match(output, /Not released: the tree has changes.*\n\?\? more\.txt/);
});

test('a release that fails restores the files', () => {
  const { folder, git } = project({ build: 'exit 1' });
  const { status } = released(folder, 'patch');
  assert.equal(status, 1);
  assert.equal(git('status', '--porcelain') + git('tag'), '');
});

/** A repository with a package that packs. */
function project({ build = 'exit 0' } = {}) {
  const folder = privateFolder('release');
  const manifest = { name: 'small', version: '0.1.0', files: ['dist'], scripts: { build } };
  const files: Readonly<Record<string, string>> = {
    'package.json': JSON.stringify(manifest, null, 2),
    'package-lock.json': JSON.stringify({
      name: 'small',
      version: '0.1.0',
      lockfileVersion: 3,
      packages: { '': { name: 'small', version: '0.1.0' } },
    }),
    'CHANGELOG.md': CHANGELOG,
    '.gitignore': 'dist/\n',
    'dist/gateway/main.js': '',
    'dist/public/sip-call.js': '',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const git = (...options: string[]) =>
    execFileSync('git', options, { cwd: folder, encoding: 'utf8' }).trim();
  git('init', '--quiet');
  git('config', 'user.name', 'Test');
  git('config', 'user.email', 'test@mysite.ru');
  git('add', '.');
  git('commit', '--quiet', '--message', 'Begin');
  return { folder, git };
}

function released(folder: string, ...options: readonly string[]) {
  const program = join(repository, 'dist/build/release.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...options], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, output: `${stdout}${stderr}` };
}
