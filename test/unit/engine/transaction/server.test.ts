import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createResponse } from '../../../../gateway/engine/message/compose.ts';
import { serialize } from '../../../../gateway/engine/message/serialize.ts';
import { request, Scene } from './scene.ts';

const lifetime = 64 * 500;

function assertGone(scene: Scene): void {
  assert.deepEqual(scene.layer.counts(), { clientTransactions: 0, serverTransactions: 0 });
  assert.equal(scene.timers.running, 0);
}

test('a failure over UDP is retransmitted at doubling intervals up to T2 until its ACK', () => {
  const scene = new Scene();
  const flow = scene.flow();
  scene.layer.receiveRequest(request('INVITE'), flow);
  scene.respond(scene.requested[0]!, 486);
  scene.clock.pass(12_000);
  assert.deepEqual(flow.times, [0, 500, 1500, 3500, 7500, 11500]);
  scene.layer.receiveRequest(request('ACK', { to: '<sip:b@x>;tag=b' }), flow);
  scene.clock.pass(4999);
  assert.equal(scene.layer.counts().serverTransactions, 1);
  scene.clock.pass(1);
  assert.equal(flow.sent.length, 6);
  assert.deepEqual(scene.events, ['requested INVITE']);
  assertGone(scene);
});

test('a failure without an ACK is given up by timer H', () => {
  const scene = new Scene();
  let given = 0;
  scene.layer.receiveRequest(request('INVITE'), scene.flow('tcp'));
  const [transaction] = scene.requested;
  transaction!.user = { transportFailed() {}, unacknowledged: () => given++ };
  scene.respond(transaction!, 486);
  scene.clock.pass(lifetime);
  assert.equal(given, 1);
  assertGone(scene);
});

test('a retransmitted INVITE gets the last provisional again, and after a 2xx nothing', () => {
  const scene = new Scene();
  const flow = scene.flow();
  scene.layer.receiveRequest(request('INVITE'), flow);
  const [transaction] = scene.requested;
  scene.respond(transaction!, 180);
  scene.layer.receiveRequest(request('INVITE'), flow);
  scene.respond(transaction!, 200);
  scene.layer.receiveRequest(request('INVITE'), flow);
  assert.deepEqual(flow.summary, [180, 180, 200]);
  assert.deepEqual(scene.events, ['requested INVITE']);
  scene.clock.pass(lifetime);
  assertGone(scene);
});

test('the ACK of a 2xx has another branch and is passed on', () => {
  const scene = new Scene();
  const flow = scene.flow();
  scene.layer.receiveRequest(request('INVITE'), flow);
  scene.respond(scene.requested[0]!, 200);
  const via = 'SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-ack';
  scene.layer.receiveRequest(request('ACK', { via, to: '<sip:b@x>;tag=b' }), flow);
  assert.deepEqual(scene.events, ['requested INVITE', 'acknowledged']);
  scene.layer.close();
});

test('any other request is answered again when it is retransmitted, until timer J', () => {
  const scene = new Scene();
  const flow = scene.flow();
  scene.layer.receiveRequest(request('OPTIONS'), flow);
  scene.layer.receiveRequest(request('OPTIONS'), flow);
  assert.deepEqual(flow.summary, []);
  scene.respond(scene.requested[0]!, 200);
  scene.layer.receiveRequest(request('OPTIONS'), flow);
  assert.deepEqual(flow.summary, [200, 200]);
  scene.clock.pass(lifetime);
  assertGone(scene);
  scene.layer.receiveRequest(request('OPTIONS'), flow);
  assert.deepEqual(scene.events, ['requested OPTIONS', 'requested OPTIONS']);
  scene.layer.close();
  assertGone(scene);
});

test('an answer is retransmitted byte for byte, whatever its body contains', () => {
  const scene = new Scene();
  const flow = scene.flow();
  scene.layer.receiveRequest(request('OPTIONS'), flow);
  const body = Buffer.from([0, 0xe2, 0x82, 0xac, 0xff, 0x0d, 0x0a, 0x80]);
  const response = createResponse(request('OPTIONS'), 200, 'До связи', 'b');
  scene.requested[0]!.respond(200, serialize({ ...response, body }));
  scene.layer.receiveRequest(request('OPTIONS'), flow);
  assert.equal(flow.sent.length, 2);
  for (const { message } of flow.sent) {
    assert.deepEqual(message.body, body);
    assert.ok(message.kind === 'response' && message.reason === 'До связи');
  }
  scene.layer.close();
});

test('requests of RFC 2543 peers are matched by all their identifying fields', () => {
  const scene = new Scene();
  const flow = scene.flow();
  const old = { via: 'SIP/2.0/UDP 192.0.2.9:5060;branch=1' };
  scene.layer.receiveRequest(request('INVITE', old), flow);
  scene.layer.receiveRequest(request('INVITE', old), flow);
  scene.layer.receiveRequest(request('INVITE', { ...old, cseq: 8 }), flow);
  scene.layer.receiveRequest(request('INVITE', { ...old, callId: 'other' }), flow);
  assert.equal(scene.requested.length, 3);
  scene.respond(scene.requested[0]!, 404);
  scene.layer.receiveRequest(request('ACK', { ...old, to: '<sip:b@x>;tag=b' }), flow);
  assert.equal(scene.events.length, 3, 'the ACK of a failure is not for the user');
  scene.layer.close();
});

test('a CANCEL finds its INVITE by branch, otherwise by identity on the same connection only', () => {
  const scene = new Scene();
  const [flow, stranger] = [scene.flow('tcp'), scene.flow('tcp')];
  scene.layer.receiveRequest(request('INVITE'), flow);
  const changed = (n: number) => ({ via: `SIP/2.0/TCP 198.51.100.1:9;branch=z9hG4bK-changed-${n}` });
  scene.layer.receiveRequest(request('CANCEL'), flow);
  scene.layer.receiveRequest(request('CANCEL', changed(1)), flow);
  scene.layer.receiveRequest(request('CANCEL', changed(2)), stranger);
  scene.layer.receiveRequest(request('CANCEL', { ...changed(3), cseq: 8 }), flow);
  const found = scene.cancels.map(({ invite }) => invite === scene.requested[0]);
  assert.deepEqual(found, [true, true]);
  assert.deepEqual([...flow.summary, ...stranger.summary], [481, 481]);
  scene.layer.close();
});

test('the same request by another path is answered 482, inside a dialog it is another request', () => {
  const scene = new Scene();
  const flow = scene.flow();
  const other = { via: 'SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-2' };
  scene.layer.receiveRequest(request('MESSAGE'), flow);
  scene.layer.receiveRequest(request('MESSAGE', other), flow);
  assert.deepEqual(flow.summary, [482]);
  const to = '<sip:b@x>;tag=b';
  scene.layer.receiveRequest(request('INFO', { to }), flow);
  scene.layer.receiveRequest(request('INFO', { ...other, to }), flow);
  assert.deepEqual(scene.events, ['requested MESSAGE', 'requested INFO', 'requested INFO']);
  scene.layer.close();
});

test('above the limit new requests are answered with 503 and leave no state', () => {
  const scene = new Scene(2);
  const flow = scene.flow();
  for (let n = 0; n < 5; n++) {
    const via = `SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-${n}`;
    scene.layer.receiveRequest(request('OPTIONS', { via, callId: `call-${n}` }), flow);
  }
  assert.equal(scene.layer.counts().serverTransactions, 2);
  assert.deepEqual(flow.summary, [503, 503, 503]);
  assert.equal(flow.sent[0]!.message.headers.get('Retry-After'), '5');
  scene.layer.close();
});

test('above the limit requests of existing calls have the same capacity again', () => {
  const scene = new Scene(2);
  const flow = scene.flow();
  const send = (method: string, n: number, to?: string) => {
    const via = `SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-${method}${n}`;
    scene.layer.receiveRequest(request(method, { via, callId: `call-${n}`, ...(to && { to }) }), flow);
  };
  for (let n = 0; n < 3; n++) send('OPTIONS', n);
  for (let n = 0; n < 3; n++) send('BYE', n, '<sip:b@x>;tag=b');
  assert.equal(scene.layer.counts().serverTransactions, 4);
  assert.deepEqual(flow.summary, [503, 503]);
  scene.layer.close();
});

test('a disconnected browser fails its transactions; a TCP peer is connected again', async () => {
  const scene = new Scene();
  const failures: string[] = [];
  const gone = (transport: 'ws' | 'tcp') => {
    const flow = scene.flow(transport);
    const via = `SIP/2.0/${transport.toUpperCase()} 192.0.2.9:5070;branch=z9hG4bK-${transport}`;
    scene.layer.receiveRequest(request('INVITE', { via, callId: transport }), flow);
    const transaction = scene.requested.at(-1)!;
    transaction.user = { transportFailed: () => failures.push(transport) };
    flow.close();
    scene.layer.flowClosed(flow, new Error('closed'));
    return transaction;
  };
  gone('ws');
  const transaction = gone('tcp');
  assert.deepEqual(failures, ['ws']);
  scene.reachable = scene.flow('tcp');
  scene.respond(transaction, 486);
  await Promise.resolve();
  assert.deepEqual(scene.dialled, [{ transport: 'tcp', address: '192.0.2.9', port: 5070 }]);
  assert.deepEqual(scene.reachable.summary, [486]);
  scene.layer.close();
});

const answers: readonly [title: string, via: string, destination: object | undefined, stamped: RegExp][] = [
  [
    'with rport goes to the source port',
    '192.0.2.9:5999;rport',
    undefined,
    /;rport=5060.*;received=192\.0\.2\.9|;received=192\.0\.2\.9.*;rport=5060/,
  ],
  [
    'without rport goes to the port of sent-by',
    '192.0.2.9:5999',
    { transport: 'udp', address: '192.0.2.9', port: 5999 },
    /^(?!.*received)/,
  ],
  [
    'from another address goes there, at the port of sent-by',
    'phone.example:5999',
    { transport: 'udp', address: '192.0.2.9', port: 5999 },
    /;received=192\.0\.2\.9/,
  ],
  ['from the default port needs no port in sent-by', '192.0.2.9', undefined, /^(?!.*received)/],
  ['with maddr goes to the source address too', '192.0.2.9;maddr=198.51.100.7', undefined, /maddr/],
];

for (const [title, sentBy, destination, stamped] of answers) {
  test(`the answer to a datagram ${title}`, async () => {
    const scene = new Scene();
    const flow = scene.flow();
    scene.reachable = scene.flow();
    scene.layer.receiveRequest(request('OPTIONS', { via: `SIP/2.0/UDP ${sentBy};branch=z9hG4bK-1` }), flow);
    scene.respond(scene.requested[0]!, 200);
    await Promise.resolve();
    assert.deepEqual(scene.dialled, destination === undefined ? [] : [destination]);
    const { message } = (destination === undefined ? flow : scene.reachable).sent[0]!;
    assert.match(message.headers.get('Via')!, stamped);
    scene.layer.close();
  });
}
