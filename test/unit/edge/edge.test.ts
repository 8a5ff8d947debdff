import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { configFrom } from '../../../gateway/config/load.ts';
import type { ConfigInput } from '../../../gateway/config/schema.ts';
import { Edge } from '../../../gateway/edge/edge.ts';
import { createLog } from '../../../gateway/observe/log.ts';

const PAGE = 'https://mysite.ru';

/** An edge on a real server; `accepted` contains the sockets that it passed on. */
async function startEdge(context: TestContext, limits: ConfigInput['limits'] = {}) {
  const config = configFrom({
    limits,
    sites: [{ domain: 'mysite.ru', origins: [PAGE], callable: ['director'], tokens: false }],
  });
  const accepted: WebSocket[] = [];
  const edge = new Edge({ current: config }, socket => accepted.push(socket), createLog('silent'));
  const server = createServer();
  edge.attach(server, false);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  context.after(() => {
    edge.close();
    server.closeAllConnections();
    server.close();
  });
  const enter = (path = '/sip', origin = PAGE, protocol: string | string[] = 'sip') =>
    new WebSocket(`ws://127.0.0.1:${port}${path}`, protocol, { origin });
  return { edge, enter, accepted, port };
}

/** The HTTP status that an upgrade was refused with. */
async function refusal(socket: WebSocket): Promise<number> {
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  return response.statusCode;
}

test('a page of a listed origin is admitted, and is a visitor while it is connected', async context => {
  const { edge, enter, accepted } = await startEdge(context);
  const socket = enter();
  await once(socket, 'open');
  assert.equal(socket.protocol, 'sip');
  assert.equal(accepted.length, 1);
  assert.equal(edge.visitors.size, 1);
  const left = new Promise(resolve => edge.visitors.onLeft(resolve));
  socket.terminate();
  assert.equal(((await left) as { origin: string }).origin, PAGE);
  assert.equal(edge.visitors.size, 0);
});

test('a page that requests a greeting gets it as the first frame', async context => {
  const { enter, accepted } = await startEdge(context);
  const socket = enter('/sip?ice');
  const [first] = await once(socket, 'message');
  assert.deepEqual(JSON.parse(String(first)), { reconnectSeconds: 30, iceServers: [] });
  accepted[0]?.send('SIP/2.0 200 OK');
  const [second] = await once(socket, 'message');
  assert.equal(String(second), 'SIP/2.0 200 OK');
  socket.terminate();
});

test('a page of any other origin is refused', async context => {
  const { enter } = await startEdge(context);
  assert.equal(await refusal(enter('/sip', 'https://evil.example')), 403);
  assert.equal(await refusal(enter('/sip', 'https://mysite.ru.evil.example')), 403);
});

test('a page of the gateway itself is admitted, and is marked as one', async context => {
  const { edge, enter, port } = await startEdge(context);
  const left = new Promise(resolve => edge.visitors.onLeft(resolve));
  const socket = enter('/sip', `http://127.0.0.1:${port}`);
  await once(socket, 'open');
  socket.terminate();
  assert.equal(((await left) as { ownPage: boolean }).ownPage, true);
  assert.equal(await refusal(enter('/sip', `http://127.0.0.1:${port + 1}`)), 403);
  assert.equal(await refusal(enter('/sip', `ftp://127.0.0.1:${port}`)), 403);
});

test('the WebSocket has one path and the subprotocol sip', async context => {
  const { enter } = await startEdge(context);
  assert.equal(await refusal(enter('/other')), 404);
  assert.equal(await refusal(enter('/sip', PAGE, 'chat')), 400);
});

test('one address has a bounded number of connections', async context => {
  const { enter } = await startEdge(context, { connectionsPerAddress: 2 });
  await Promise.all([once(enter(), 'open'), once(enter(), 'open')]);
  assert.equal(await refusal(enter()), 429);
});

test('a visitor that sends too fast is disconnected', async context => {
  const { edge, enter } = await startEdge(context, { messagesPerSecond: 1 });
  const socket = enter();
  await once(socket, 'open');
  const left = new Promise(resolve => edge.visitors.onLeft(resolve));
  socket.on('error', () => {});
  for (let i = 0; i < 50; i++) socket.send('x');
  await left;
  assert.equal(edge.visitors.size, 0);
});

test('a message over 64 KiB ends the connection with 1009', async context => {
  const { enter } = await startEdge(context);
  const socket = enter();
  await once(socket, 'open');
  socket.send(Buffer.alloc(64 * 1024 + 1));
  const [code] = await once(socket, 'close');
  assert.equal(code, 1009);
});

test('a message in too many fragments ends the connection', async context => {
  const { enter } = await startEdge(context);
  const socket = enter();
  await once(socket, 'open');
  for (let i = 0; i < 40; i++) socket.send('x', { fin: false });
  const [code] = await once(socket, 'close');
  assert.equal(code, 1008);
});

test('a gateway that is stopping refuses new visitors', async context => {
  const { edge, enter } = await startEdge(context);
  edge.refuseNewVisitors('the gateway is stopping');
  assert.equal(await refusal(enter()), 503);
});

test('an edge that refused new visitors accepts them again', async context => {
  const { edge, enter } = await startEdge(context);
  edge.refuseNewVisitors('the SIP engine is away');
  assert.equal(await refusal(enter()), 503);
  edge.acceptNewVisitors();
  await once(enter(), 'open');
});
