import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { GatewaySocket } from '../../../../widget/call/gateway-socket.ts';
import { eventually } from '../../../support/eventually.ts';

// Node 20 has no WebSocket.
Object.assign(globalThis, { WebSocket });

/** Connects to a gateway with this first frame; `received` are the frames that JsSIP receives. */
async function connected(context: TestContext, words: readonly string[], patience?: number) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', visitor => {
    for (const word of words) visitor.send(word);
  });
  const { port } = server.address() as { port: number };
  const socket = new GatewaySocket(`ws://127.0.0.1:${port}/sip`, async () => 'a-token', patience);
  const received: unknown[] = [];
  socket.ondata = frame => received.push(frame);
  context.after(() => {
    socket.disconnect();
    server.close();
  });
  const open = new Promise<void>(resolve => {
    socket.onconnect = resolve;
  });
  const arrived = once(server, 'connection');
  socket.connect();
  const [visitor] = (await arrived) as [WebSocket];
  return { socket, open, received, visitor };
}

test('it is open after the greeting, which is not SIP, and applies its values', async context => {
  const servers = [{ urls: ['turn:turn.mysite.test'] }];
  const greeting = JSON.stringify({ reconnectSeconds: 12, iceServers: servers });
  const { socket, open, received, visitor } = await connected(context, [greeting]);
  await open;
  assert.equal(socket.isConnected(), true);
  assert.deepEqual([socket.grace, socket.iceServers], [12_000, servers]);
  const more = once(visitor, 'message');
  assert.equal(socket.send('OPTIONS'), true);
  await more;
  assert.deepEqual(received, []);
});

test('without a greeting it is open a little later', async context => {
  const { socket, open } = await connected(context, [], 50);
  assert.equal(socket.isConnected(), false);
  await open;
  assert.equal(socket.isConnected(), true);
  assert.deepEqual([socket.grace, socket.iceServers], [30_000, []]);
});

/** A gateway that sends a greeting, and the socket's calls to JsSIP. */
async function greeted(context: TestContext) {
  const tokens: string[] = [];
  const shown: string[] = [];
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const visitors: WebSocket[] = [];
  const received: string[] = [];
  server.on('connection', (visitor, { headers }) => {
    visitors.push(visitor);
    shown.push(String(headers['sec-websocket-protocol']));
    visitor.on('message', data => received.push(String(data)));
    visitor.send(JSON.stringify({ reconnectSeconds: 12, iceServers: [], back: `value-${visitors.length}` }));
  });
  const { port } = server.address() as { port: number };
  const socket = new GatewaySocket(`ws://127.0.0.1:${port}/sip`, async () => {
    tokens.push(`token-${tokens.length + 1}`);
    return tokens.at(-1)!;
  });
  let lost = 0;
  socket.ondisconnect = () => lost++;
  context.after(() => {
    socket.disconnect();
    server.close();
  });
  socket.connect();
  await socket.ready();
  return { socket, visitors, received, shown, lost: () => lost };
}

test('closed before anything was sent, it does not notify JsSIP, and reconnects with another token when needed', async context => {
  const { socket, visitors, shown, lost } = await greeted(context);
  visitors[0]?.close(1000, 'no call was made');
  await eventually('it is closed', () => !socket.isConnected(), { every: 5 });
  assert.deepEqual([lost(), visitors.length], [0, 1]);
  await socket.ready();
  assert.equal(socket.send('INVITE'), true);
  assert.deepEqual(shown, ['sip,token.token-1', 'sip,token.token-2']);
});

test('closed after something was sent, it notifies JsSIP, and reconnects with the value of the last greeting', async context => {
  const { socket, visitors, shown, lost } = await greeted(context);
  socket.send('INVITE');
  visitors[0]?.close();
  await eventually('JsSIP is notified', () => lost() === 1, { every: 5 });
  socket.connect();
  await socket.ready();
  assert.equal(shown[1], 'sip,back.value-1');
});

test('it sends a keep-alive every 20 s until something is sent, and not after', async context => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const { socket, received } = await greeted(context);
  context.mock.timers.tick(20_000);
  socket.send('INVITE');
  context.mock.timers.tick(60_000);
  socket.send('last');
  await eventually('everything arrived', () => received.at(-1) === 'last', { every: 5 });
  assert.deepEqual(received, ['\r\n\r\n', 'INVITE', 'last']);
});
