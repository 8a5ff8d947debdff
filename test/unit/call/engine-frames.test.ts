import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineConnection } from '../../../gateway/call/engine-connection.ts';
import { guardFrame } from '../../../gateway/call/engine-frames.ts';
import { CallErrorBoundary } from '../../../gateway/call/error-boundary.ts';
import { Faults } from '../../../gateway/observe/faults.ts';
import { createLog } from '../../../gateway/observe/log.ts';
import { eventually } from '../../support/eventually.ts';
import { HandshakeServer } from '../../support/handshake-server.ts';

const HEAD = 'id|sip|network|1|udp|127.0.0.1|5060|00:00:00|txn|';

function invite(callId: string, more: readonly string[] = []): string {
  return [
    'INVITE sip:a@b SIP/2.0',
    'Via: SIP/2.0/UDP a;branch=z9hG4bK1',
    'From: <sip:a@b>;tag=1',
    'To: <sip:c@d>',
    `Call-ID: ${callId}`,
    'CSeq: 1 INVITE',
    ...more,
    '',
    '',
  ].join('\r\n');
}

test('a frame without a message is handed on as it is', () => {
  const frame = 'id|response|request|OK|udp/127.0.0.1:5060|v0.9.10';
  assert.equal(guardFrame(frame), frame);
});

test('the message of a frame is handed on guarded, whatever kind of frame it is', () => {
  for (const head of [HEAD, 'id|response|request|OK|application|1|udp|a|1|t|txn|dialog']) {
    const frame = guardFrame(`${head}\r\n${invite('1', [`X-A: ${'x'.repeat(5_000)}`, 'X-B: b'])}`);
    assert.ok(frame.startsWith(`${head}\r\nINVITE sip:a@b SIP/2.0\r\n`));
    assert.match(frame, /X-A: \r\n/);
    assert.match(frame, /X-B: b/);
  }
});

test('an answer with what is no message is a refusal, and any other such frame an error without a word of it', () => {
  assert.match(guardFrame('id|response|request|OK|application\r\nforged'), /^id\|response\|request\|NOK\|/);
  for (const text of ['forged', `INVITE sip:${'forged'.repeat(1_000)} SIP/2.0\r\n\r\n`]) {
    assert.throws(
      () => guardFrame(`${HEAD}\r\n${text}`),
      (error: Error) => !error.message.includes('forged'),
    );
  }
});

test('a frame that cannot be read, or whose request cannot be handled, costs that frame alone', async context => {
  const server = await HandshakeServer.start('OK|udp/127.0.0.1:5060|v0.9.10|udp/127.0.0.1:5060');
  context.after(() => server.close());
  const logged: string[] = [];
  const log = createLog('info', { write: line => void logged.push(line) });
  const faults = new Faults(log);
  const boundary = new CallErrorBoundary(faults);
  const connection = new EngineConnection(
    { host: '127.0.0.1', port: server.port, secret: 'x' },
    log,
    boundary,
  );
  context.after(() => connection.close());
  const invited: (string | undefined)[] = [];
  connection.srf.use(
    'invite',
    boundary.answering(request => {
      invited.push(request.get('Call-ID'));
      if (request.get('Call-ID') === 'throws') throw new Error('a fault of ours');
    }),
  );
  await connection.open();
  server.say(`${HEAD}\r\n{"level":"info","msg":"forged"}`);
  server.say(`${HEAD}|a|1\r\n${invite('throws')}`);
  server.say(`${HEAD}|a|1\r\n${invite('good')}`);
  await eventually('the good one arrives', () => invited.includes('good'), { every: 5 });
  assert.deepEqual(invited, ['throws', 'good']);
  assert.equal(faults.count, 2);
  assert.equal(logged.filter(line => line.includes('a fault of ours')).length, 1);
  assert.doesNotMatch(logged.join(), /forged/);
});

test('a frame is handed on once all that the one before it settled has been acted on', async context => {
  const server = await HandshakeServer.start('OK|udp/127.0.0.1:5060|v0.9.10|udp/127.0.0.1:5060');
  context.after(() => server.close());
  const log = createLog('silent');
  const boundary = new CallErrorBoundary(new Faults(log));
  const connection = new EngineConnection(
    { host: '127.0.0.1', port: server.port, secret: 'x' },
    log,
    boundary,
  );
  context.after(() => connection.close());
  const order: string[] = [];
  connection.srf.use('invite', async request => {
    const id = request.get('Call-ID') ?? '';
    order.push(`${id} begins`);
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    order.push(`${id} goes on`);
  });
  await connection.open();
  server.say(...['1', '2', '3'].map(id => `${HEAD}|a|1\r\n${invite(id)}`));
  await eventually('all have come', () => order.length === 6, { every: 5 });
  assert.deepEqual(order, ['1 begins', '1 goes on', '2 begins', '2 goes on', '3 begins', '3 goes on']);
});

test('a promise that is rejected, and a recovery that fails, stay inside too', async () => {
  const faults = new Faults(createLog('silent'));
  let recovered = 0;
  new CallErrorBoundary(faults).run(
    'test',
    () => Promise.reject(new Error('late')),
    () => {
      recovered++;
      throw new Error('again');
    },
  );
  await eventually('it is counted', () => faults.count === 2, { every: 5 });
  assert.equal(recovered, 1);
});
