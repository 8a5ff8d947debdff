// An internal failure while the engine handles a message or a timer: the message is dropped, the failure is counted and
// logged a few times, and the calls go on.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { StreamFramer } from '../../gateway/engine/message/framer.ts';
import { InviteServerTransaction } from '../../gateway/engine/transaction/invite-server.ts';
import { TransactionLayer } from '../../gateway/engine/transaction/transaction-layer.ts';
import { UdpFlow } from '../../gateway/engine/transport/udp-flow.ts';
import { UdpSources } from '../../gateway/engine/transport/udp-sources.ts';
import { eventually } from '../support/eventually.ts';
import { RawApp } from '../unit/engine/drachtio/raw-app.ts';
import { connectApp, nextRequest } from '../unit/engine/drachtio/testbed.ts';
import {
  doorOf,
  knock,
  LIFETIME_MS,
  LOOPBACK,
  startHeldEngine,
  statusOf,
  UnknownSender,
} from './unknown-sender.ts';

async function start(context: TestContext) {
  const logged: string[] = [];
  const log = {
    debug() {},
    info() {},
    warn() {},
    error: (_fields: object, text: string) => void logged.push(text),
  };
  const { engine, clock } = await startHeldEngine(context, { log });
  const srf = await connectApp(engine);
  srf.use('options', (_req, res) => res.send(200));
  const stranger = await UnknownSender.at(context, doorOf(engine, 'udp'));
  return { engine, clock, srf, stranger, logged };
}

/** Until the test ends or `mend` is called, `method` of every `kind` throws. */
function broken(context: TestContext, prototype: object, method: string): () => void {
  const methods = prototype as Record<string, unknown>;
  const original = methods[method];
  const mend = () => {
    methods[method] = original;
  };
  methods[method] = () => {
    throw new Error('a fault of ours');
  };
  context.after(mend);
  return mend;
}

test('a fault in what looks at a datagram costs that datagram alone', async context => {
  const { engine, stranger, logged } = await start(context);
  const mend = broken(context, UdpSources.prototype, 'admits');
  stranger.send(knock('OPTIONS'));
  await eventually('the fault', () => engine.faults === 1);
  mend();
  assert.deepEqual(await stranger.allHeard(), []);
  assert.equal(logged.length, 1);
});

test('a fault in what cuts a stream into messages ends that connection and no other', async context => {
  const { engine, stranger } = await start(context);
  const socket = connect(doorOf(engine, 'tcp'), LOOPBACK);
  await once(socket, 'connect');
  socket.resume();
  const mend = broken(context, StreamFramer.prototype, 'push');
  socket.write(knock('OPTIONS', { via: 'SIP/2.0/TCP x' }));
  await eventually('it is closed', () => socket.closed);
  mend();
  assert.equal(engine.faults, 1);
  assert.deepEqual(await stranger.allHeard(), []);
});

test('a fault in what a message sets off costs that message alone, by UDP, TCP and WebSocket', async context => {
  const { engine, stranger } = await start(context);
  const tcp = connect(doorOf(engine, 'tcp'), LOOPBACK);
  context.after(() => void tcp.destroy());
  await once(tcp, 'connect');
  const server = new WebSocketServer({ port: 0, host: LOOPBACK });
  context.after(() => server.close());
  await once(server, 'listening');
  server.on('connection', (socket, { socket: { remotePort = 0 } }) =>
    engine.acceptWebSocket(socket, { address: LOOPBACK, port: remotePort }, false),
  );
  const webSocket = new WebSocket(`ws://${LOOPBACK}:${(server.address() as { port: number }).port}`);
  context.after(() => webSocket.close());
  await once(webSocket, 'open');
  const heard: Buffer[] = [];
  tcp.on('data', bytes => heard.push(bytes));
  webSocket.on('message', bytes => heard.push(bytes as Buffer));
  const mend = broken(context, TransactionLayer.prototype, 'receiveRequest');
  stranger.send(knock('OPTIONS'));
  tcp.write(knock('OPTIONS', { via: 'SIP/2.0/TCP x' }));
  webSocket.send(knock('OPTIONS', { via: 'SIP/2.0/WS x' }));
  await eventually('three faults', () => engine.faults === 3);
  mend();
  tcp.write(knock('OPTIONS', { via: 'SIP/2.0/TCP x' }));
  webSocket.send(knock('OPTIONS', { via: 'SIP/2.0/WS x' }));
  await eventually('both answers', () => heard.length === 2);
  assert.deepEqual(heard.map(statusOf), [200, 200]);
});

test('a fault in a close listener of a connection ends nothing else', async context => {
  const { engine, stranger } = await start(context);
  const tcp = connect(doorOf(engine, 'tcp'), LOOPBACK);
  await once(tcp, 'connect');
  const mend = broken(context, TransactionLayer.prototype, 'flowClosed');
  tcp.destroy();
  await eventually('the fault', () => engine.faults === 1);
  mend();
  assert.deepEqual(await stranger.allHeard(), []);
});

test('a fault in what a timer sets off ends nothing else', async context => {
  const { engine, stranger, srf, clock } = await start(context);
  const asked = nextRequest(srf, 'invite');
  stranger.send(knock('INVITE'));
  (await asked).res.send(486);
  await eventually('the refusal', () => stranger.heard.some(bytes => statusOf(bytes) === 486));
  const mend = broken(context, InviteServerTransaction.prototype, 'fired');
  clock.pass(20);
  assert.equal(engine.faults, 1);
  mend();
  clock.pass(LIFETIME_MS);
  await stranger.allHeard();
});

test('a fault in sending an answer to where a Via leads costs that answer alone', async context => {
  const { engine, stranger } = await start(context);
  const mend = broken(context, UdpFlow.prototype, 'send');
  stranger.send(knock('UPDATE', { via: `SIP/2.0/UDP ${LOOPBACK}:9` }));
  await eventually('the fault', () => engine.faults === 1);
  mend();
  assert.deepEqual(await stranger.allHeard(), []);
});

test('a fault in what a frame of the application sets off costs that frame alone', async context => {
  const { engine } = await start(context);
  const app = await RawApp.authenticated(engine);
  const mend = broken(context, TransactionLayer.prototype, 'request');
  app.send(
    `9|sip||\r\nOPTIONS sip:${LOOPBACK}:9 SIP/2.0\r\nFrom: <sip:a@${LOOPBACK}>\r\nTo: <sip:b@${LOOPBACK}>\r\n\r\n`,
  );
  await eventually('the fault', () => engine.faults === 1);
  mend();
  app.send('1|ping');
  let frame = await app.frame();
  while (!frame.includes('|1|')) frame = await app.frame();
  assert.match(frame, /OK\|pong$/);
  app.socket.destroy();
});

test('500 faults make ten lines a minute', async context => {
  const { engine, stranger, logged, clock } = await start(context);
  const mend = broken(context, TransactionLayer.prototype, 'receiveRequest');
  for (let i = 0; i < 500; i++) stranger.send(knock('OPTIONS'));
  await eventually('the faults', () => engine.faults === 500);
  assert.ok(logged.length <= 10, `${logged.length} lines`);
  clock.pass(60_000);
  stranger.send(knock('OPTIONS'));
  await eventually('one more', () => engine.faults === 501);
  mend();
  assert.ok(logged.length <= 11, `${logged.length} lines`);
  assert.ok(logged.at(-1)?.length);
});
