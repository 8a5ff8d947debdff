import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { privateFolder } from '../../support/private-folder.ts';
import { repository } from '../../support/repository.ts';

test('compiled files of a removed source are removed, all other files stay', () => {
  const folder = privateFolder('stale');
  const files = [
    'gateway/kept.ts',
    'dist/gateway/kept.js',
    'dist/gateway/kept.js.map',
    'dist/gateway/kept.d.ts',
    'dist/gateway/removed.js',
    'dist/gateway/removed.js.map',
    'dist/gateway/removed.d.ts',
    'dist/gateway/data.json',
    'dist/public/sip-call.js',
  ];
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  execFileSync(process.execPath, [join(repository, 'dist/build/remove-stale-output.js')], { cwd: folder });
  assert.deepEqual(readdirSync(join(folder, 'dist/gateway')).sort(), [
    'data.json',
    'kept.d.ts',
    'kept.js',
    'kept.js.map',
  ]);
  assert.deepEqual(readdirSync(join(folder, 'dist/public')), ['sip-call.js']);
});
