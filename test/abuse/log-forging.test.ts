// A visitor tries to forge log lines, because a library prints messages that it cannot parse. The tests read everything that
// the process prints.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callAnswered, startProcessScene } from '../support/process-scene.ts';

const FORGED = '{"level":"error","time":"2026-01-01T00:00:00.000Z","msg":"forged"}';

test('what a visitor writes becomes no line of the log, on standard output or on standard error', async context => {
  const { gateway, pbx, page } = await startProcessScene(context, { file: { log: 'debug' } });
  const caller = await page();
  const { call } = await callAnswered(caller, pbx);
  call.request('INFO', `v=0\r\n${FORGED}\r\n`);
  await caller.response(415, 'INFO');

  // drachtio-srf cannot parse a status line with a line separator of Unicode.
  gateway.signal('SIGINT');
  const bye = await caller.request('BYE');
  call.respond(bye, '200 O\u2028K', `\r\n${FORGED}\r\n`);
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await gateway.ended();

  const lines = gateway.log.split('\n').filter(line => line !== '');
  for (const line of lines) assert.doesNotThrow(() => JSON.parse(line), line);
  assert.deepEqual(
    lines.filter(line => JSON.parse(line).msg === 'forged'),
    [],
  );
});
