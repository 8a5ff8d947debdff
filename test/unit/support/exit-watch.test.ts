// A scratch test file in a process of its own, with the watch loaded before it as the test run does it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { privateFolder } from '../../support/private-folder.ts';

const watch = new URL('../../support/exit-watch.js?ms=300', import.meta.url).href;

function outcomeOf(body: string) {
  const file = join(privateFolder('scratch'), 'scratch.test.js');
  writeFileSync(file, `const { test } = require('node:test');\nconst net = require('node:net');\n${body}`);
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  return spawnSync(process.execPath, ['--import', watch, file], { env, encoding: 'utf8', timeout: 60_000 });
}

test('a file whose tests passed and that keeps a server open fails and names the server', () => {
  const { status, stderr } = outcomeOf(
    `test('listens', (t, done) => net.createServer().listen(0, '127.0.0.1', done));`,
  );
  assert.equal(status, 1);
  assert.match(stderr, /the tests are over and the process is not.*server \{"address":"127.0.0.1"/);
});

test('a file with a failed assertion ends although its server was not closed', () => {
  const { status, signal } = outcomeOf(
    `test('fails', async () => { net.createServer().listen(0); throw new Error('not so'); });`,
  );
  assert.equal(status, 1);
  assert.equal(signal, null, 'it was not ended by the time-out');
});

test('a file that closes what it opened passes, however long its tests take', () => {
  const { status, stderr } = outcomeOf(`test('waits', (t, done) => setTimeout(done, 900));`);
  assert.equal(stderr, '');
  assert.equal(status, 0);
});
