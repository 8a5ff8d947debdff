import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InviteClientTransaction } from '../../../../gateway/engine/transaction/invite-client.ts';
import { Scene } from './scene.ts';

const lifetime = 64 * 500;

function assertGone(scene: Scene): void {
  assert.deepEqual(scene.layer.counts(), { clientTransactions: 0, serverTransactions: 0 });
  assert.equal(scene.timers.running, 0);
}

test('an INVITE over UDP is retransmitted at doubling intervals until timer B', () => {
  const scene = new Scene();
  const flow = scene.flow();
  scene.send('INVITE', flow);
  scene.clock.pass(lifetime);
  assert.deepEqual(flow.times, [0, 500, 1500, 3500, 7500, 15500, 31500]);
  assert.deepEqual(scene.events, ['timed out']);
  assertGone(scene);
});

test('an INVITE over a reliable transport is sent once', () => {
  const scene = new Scene();
  const flow = scene.flow('tcp');
  scene.send('INVITE', flow);
  scene.clock.pass(lifetime);
  assert.deepEqual(flow.times, [0]);
  assert.deepEqual(scene.events, ['timed out']);
  assertGone(scene);
});

test('a provisional stops the retransmissions, and timer C finally requests a CANCEL', () => {
  const scene = new Scene();
  const flow = scene.flow();
  const { transaction, sent } = scene.send('INVITE', flow);
  scene.answer(sent, 180);
  scene.clock.pass(184_000);
  scene.answer(sent, 180);
  scene.clock.pass(184_999);
  assert.deepEqual(scene.events, ['received 180', 'received 180']);
  scene.clock.pass(1);
  assert.deepEqual(flow.times, [0]);
  assert.equal(scene.events.at(-1), 'expired');
  (transaction as InviteClientTransaction).cancelled();
  scene.clock.pass(lifetime);
  assert.equal(scene.events.at(-1), 'timed out');
  assertGone(scene);
});

test('a failure is acknowledged in its transaction, with the To of the response, over the same route', () => {
  const scene = new Scene();
  const flow = scene.flow();
  const { sent } = scene.send('INVITE', flow, { routes: ['<sip:p1;lr>', '<sip:p2;lr>'] });
  scene.answer(sent, 486);
  const { message: ack } = flow.sent.at(-1)!;
  assert.ok(ack.kind === 'request');
  assert.equal(ack.method, 'ACK');
  assert.equal(ack.uri, sent.uri);
  assert.deepEqual(ack.headers.all('Via'), sent.headers.all('Via'));
  assert.deepEqual(ack.headers.all('Route'), ['<sip:p1;lr>', '<sip:p2;lr>']);
  assert.equal(ack.headers.get('To'), '<sip:b@x>;tag=b');
  assert.equal(ack.headers.get('CSeq'), '7 ACK');
  scene.answer(sent, 486);
  assert.deepEqual(flow.summary, ['INVITE', 'ACK', 'ACK']);
  assert.deepEqual(scene.events, ['received 486']);
  scene.clock.pass(lifetime);
  assertGone(scene);
});

test('after a 2xx every further one is passed on until timer M', () => {
  const scene = new Scene();
  const flow = scene.flow('tcp');
  const { sent } = scene.send('INVITE', flow);
  scene.answer(sent, 200, 'one');
  scene.answer(sent, 200, 'two');
  assert.deepEqual(scene.events, ['received 200', 'received 200']);
  assert.deepEqual(flow.summary, ['INVITE']);
  scene.clock.pass(lifetime);
  assertGone(scene);
  scene.answer(sent, 200, 'late');
  assert.equal(scene.events.length, 2);
});

test('any other request over UDP is retransmitted at doubling intervals up to T2 until timer F', () => {
  const scene = new Scene();
  const flow = scene.flow();
  scene.send('OPTIONS', flow);
  scene.clock.pass(lifetime);
  assert.deepEqual(flow.times, [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
  assert.deepEqual(scene.events, ['timed out']);
  assertGone(scene);
});

test('after a provisional it is retransmitted at T2', () => {
  const scene = new Scene();
  const flow = scene.flow();
  const { sent } = scene.send('OPTIONS', flow);
  scene.answer(sent, 183);
  scene.clock.pass(9000);
  assert.deepEqual(flow.times, [0, 500, 4500, 8500]);
  scene.answer(sent, 200);
  scene.answer(sent, 200);
  scene.clock.pass(4999);
  assert.equal(scene.layer.counts().clientTransactions, 1);
  scene.clock.pass(1);
  assert.deepEqual(scene.events, ['received 183', 'received 200']);
  assertGone(scene);
});

test('over a reliable transport a final response ends the transaction', () => {
  for (const [method, status] of [
    ['OPTIONS', 200],
    ['INVITE', 404],
  ] as const) {
    const scene = new Scene();
    const { sent } = scene.send(method, scene.flow('tls'));
    scene.answer(sent, status);
    assertGone(scene);
  }
});

test('a closed flow fails its own transactions immediately, and no others', () => {
  const scene = new Scene();
  const [lost, other] = [scene.flow('tcp'), scene.flow('tcp')];
  scene.send('INVITE', lost);
  scene.layer.flowClosed(other, new Error('not yours'));
  assert.deepEqual(scene.events, []);
  scene.layer.flowClosed(lost, new Error('reset'));
  assert.deepEqual(scene.events, ['failed: reset']);
  assertGone(scene);
});

test('a response with an unknown branch is dropped', () => {
  const scene = new Scene();
  const { sent } = scene.send('OPTIONS', scene.flow('tcp'));
  const via = sent.headers.get('Via')!;
  sent.headers.set('Via', `${via}0`);
  scene.answer(sent, 200);
  assert.deepEqual(scene.events, []);
  sent.headers.set('Via', via);
  scene.answer(sent, 200);
  assert.deepEqual(scene.events, ['received 200']);
});
