import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { GatewaySocket } from '../../../widget/gateway-socket.ts';

// Node 20 has none of its own.
Object.assign(globalThis, { WebSocket });

/** Connects to a gateway whose first words are these; `heard` are frames that JsSIP would get. */
async function connected(context: TestContext, words: readonly string[], patience?: number) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', visitor => {
    for (const word of words) visitor.send(word);
  });
  const { port } = server.address() as { port: number };
  const socket = new GatewaySocket(`ws://127.0.0.1:${port}/sip`, async () => 'a-token', patience);
  const heard: unknown[] = [];
  socket.ondata = frame => heard.push(frame);
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
  return { socket, open, heard, visitor };
}

test('it is open with the greeting, which is no SIP, and knows what that says', async context => {
  const servers = [{ urls: ['turn:turn.mysite.test'] }];
  const greeting = JSON.stringify({ graceSeconds: 12, iceServers: servers });
  const { socket, open, heard, visitor } = await connected(context, [greeting]);
  await open;
  assert.equal(socket.isConnected(), true);
  assert.deepEqual([socket.grace, socket.iceServers], [12_000, servers]);
  const more = once(visitor, 'message');
  assert.equal(socket.send('OPTIONS'), true);
  await more;
  assert.deepEqual(heard, []);
});

test('without a greeting it is open a little later', async context => {
  const { socket, open } = await connected(context, [], 50);
  assert.equal(socket.isConnected(), false);
  await open;
  assert.equal(socket.isConnected(), true);
  assert.deepEqual([socket.grace, socket.iceServers], [30_000, []]);
});
