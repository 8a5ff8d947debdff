// A kit in a folder: files that were changed by hand stay, and a second kit replaces the first.

import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError } from '../../../gateway/config/load.ts';
import { writeKit } from '../../../gateway/kit/folder.ts';
import { run } from '../../support/peer-process.ts';
import { privateFolder } from '../../support/private-folder.ts';

const first = [
  { path: 'README.txt', text: 'one\n' },
  { path: 'pbx/etc/asterisk/sip-call/extensions.conf', text: '[guest-call]\n' },
];
const [, dialplan = { path: '', text: '' }] = first;
const second = first.map(({ path, text }) => ({ path, text: `${text}; later\n` }));

function problemsOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.join('\n');
    throw error;
  }
  assert.fail('nothing was in the way');
}

test('a later kit replaces files that were not changed by hand, and does not write equal ones', async () => {
  const folder = join(privateFolder('kit'), 'new/kit');
  assert.deepEqual(
    writeKit(first, folder, false).written,
    first.map(({ path }) => path),
  );
  assert.deepEqual(writeKit(first, folder, false), { written: [], unchanged: 2, obsolete: [] });
  assert.equal(writeKit(second, folder, false).written.length, 2);
  assert.equal(readFileSync(join(folder, dialplan.path), 'utf8'), '[guest-call]\n; later\n');
  await run('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder });
});

test('a changed file is named and nothing is written, not even the others', () => {
  const folder = privateFolder('kit');
  writeKit(first, folder, false);
  appendFileSync(join(folder, dialplan.path), '; mine\n');
  const problems = problemsOf(() => writeKit(second, folder, false));
  assert.match(
    problems,
    /were changed by hand\n {2}pbx\/etc\/asterisk\/sip-call\/extensions\.conf\n.*--force/,
  );
  assert.equal(readFileSync(join(folder, 'README.txt'), 'utf8'), 'one\n');

  writeKit(second, folder, true);
  assert.equal(readFileSync(join(folder, dialplan.path), 'utf8'), '[guest-call]\n; later\n');
  assert.equal(readFileSync(join(folder, `${dialplan.path}.old`), 'utf8'), '[guest-call]\n; mine\n');
});

test('a file that is not of the kit is not taken for one', () => {
  const folder = privateFolder('kit');
  writeFileSync(join(folder, 'README.txt'), 'another file\n');
  assert.match(
    problemsOf(() => writeKit(first, folder, false)),
    /README\.txt/,
  );
  assert.equal(existsSync(join(folder, 'pbx')), false);
});

test('what an earlier kit had besides is named and stays', () => {
  const folder = privateFolder('kit');
  writeKit(first, folder, false);
  assert.deepEqual(writeKit(first.slice(0, 1), folder, false).obsolete, [dialplan.path]);
  assert.equal(existsSync(join(folder, dialplan.path)), true);
});

test('a folder that cannot be written is reported', () => {
  const folder = privateFolder('kit');
  writeFileSync(join(folder, 'file'), '');
  assert.match(
    problemsOf(() => writeKit(first, join(folder, 'file'), false)),
    /cannot be written: ENOTDIR|EEXIST/,
  );
});
