import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { configFrom } from '../../../gateway/config/load.ts';
import { Edge } from '../../../gateway/edge/edge.ts';
import { forwardFramesTo } from '../../../gateway/edge/frame-forwarding.ts';
import { createLog } from '../../../gateway/observe/log.ts';
import { eventually } from '../../support/eventually.ts';

const PAGE = 'https://mysite.ru';
const LOOPBACK = '127.0.0.1';

/** The WebSocket of a SIP server; `connections` are its sockets, with their source ports. */
async function startServer(context: TestContext) {
  const server = new WebSocketServer({
    host: LOOPBACK,
    port: 0,
    handleProtocols: names => [...names][0] ?? false,
  });
  await once(server, 'listening');
  const connections: { socket: WebSocket; port: number; heard: string[] }[] = [];
  server.on('connection', (socket, request) => {
    socket.on('error', () => {});
    const heard: string[] = [];
    socket.on('message', data => heard.push(String(data).slice(0, 20)));
    connections.push({ socket, port: request.socket.remotePort ?? 0, heard });
  });
  context.after(() => {
    for (const { socket } of connections) socket.terminate();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const nextConnection = () => eventually('the visitor is handed on', () => connections.at(-1), { every: 5 });
  return { url: `ws://${LOOPBACK}:${port}`, connections, nextConnection, close: () => server.close() };
}

async function startEdge(context: TestContext, url: string) {
  const config = configFrom({
    limits: { messagesPerSecond: 10_000 },
    sites: [{ domain: 'mysite.ru', origins: [PAGE], callable: ['director'], tokens: false }],
  });
  const edge = new Edge({ current: config }, forwardFramesTo(url, createLog('silent')), createLog('silent'));
  const server = createServer();
  edge.attach(server, false);
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  context.after(() => {
    edge.close();
    server.closeAllConnections();
    server.close();
  });
  const enter = async () => {
    const page = new WebSocket(`ws://${LOOPBACK}:${port}/sip`, 'sip', { origin: PAGE });
    page.on('error', () => {});
    context.after(() => page.terminate());
    await once(page, 'open');
    return page;
  };
  return { edge, enter };
}

async function startBoth(context: TestContext) {
  const server = await startServer(context);
  return { server, ...(await startEdge(context, server.url)) };
}

test('frames are forwarded in both directions, also those that arrived before the connection was open', async context => {
  const { server, enter } = await startBoth(context);
  const page = await enter();
  page.send('first');
  page.send('second');
  const { socket, heard } = await server.nextConnection();
  assert.equal(socket.protocol, 'sip');
  await eventually('both arrived', () => heard.length === 2);
  assert.deepEqual(heard, ['first', 'second']);
  socket.send(Buffer.from([1, 2]), { binary: true });
  const [data, binary] = await once(page, 'message');
  assert.deepEqual([Buffer.from(data), binary], [Buffer.from([1, 2]), true]);
});

test('each request carries the id of its visitor, and responses are unchanged', async context => {
  const { server, edge, enter } = await startBoth(context);
  const pages = [await enter(), await enter()];
  await eventually('both are forwarded', () => server.connections.length === 2);
  const ids: (string | undefined)[] = [];
  for (const [index, page] of pages.entries()) {
    const socket = server.connections[index]!.socket;
    page.send('INVITE sip:a@b SIP/2.0\r\nx-sip-call-visitor: forged\r\n\r\n');
    const [invite] = await once(socket, 'message');
    const [, id] =
      /^INVITE sip:a@b SIP\/2\.0\r\nX-Sip-Call-Visitor: (\S{22})\r\n\r\n$/.exec(String(invite)) ?? [];
    ids.push(id);
    assert.equal(edge.visitors.get(id ?? '')?.origin, PAGE);
    page.send('SIP/2.0 200 OK\r\n\r\n');
    assert.equal(String((await once(socket, 'message'))[0]), 'SIP/2.0 200 OK\r\n\r\n');
  }
  assert.equal(new Set(ids).size, 2);
  for (const page of pages) page.terminate();
  await eventually('both are gone', () => edge.visitors.size === 0);
  assert.equal(edge.visitors.get(ids[0] ?? ''), undefined);
  await eventually('their places are free', () => edge.visitors.places === 0);
  assert.equal(edge.visitors.placesOf(LOOPBACK), 0);
});

test('when the visitor closes, the gateway closes the connection to the server', async context => {
  const { server, enter } = await startBoth(context);
  const page = await enter();
  const { socket } = await server.nextConnection();
  page.close(1001);
  assert.equal((await once(socket, 'close'))[0], 1001);
});

test('when the visitor connection breaks, the server connection breaks too, so that the server can cancel calls', async context => {
  const { server, enter } = await startBoth(context);
  const page = await enter();
  const { socket } = await server.nextConnection();
  page.terminate();
  assert.equal((await once(socket, 'close'))[0], 1006);
});

test('when the server closes or breaks the connection, the visitor gets a close code', async context => {
  const { server, enter } = await startBoth(context);
  for (const [end, code] of [
    [(socket: WebSocket) => socket.close(1008), 1008],
    [(socket: WebSocket) => socket.terminate(), 1013],
  ] as const) {
    const count = server.connections.length;
    const page = await enter();
    await eventually('the visitor is handed on', () => server.connections.length > count, { every: 5 });
    end(server.connections.at(-1)!.socket);
    assert.equal((await once(page, 'close'))[0], code);
  }
});

test('when the server is not reachable, the visitor gets 1013 (try again later)', async context => {
  const server = await startServer(context);
  server.close();
  const { edge, enter } = await startEdge(context, server.url);
  const page = await enter();
  assert.equal((await once(page, 'close'))[0], 1013);
  await eventually('the visitor is forgotten', () => edge.visitors.size === 0);
});

/** The bytes that one side accepts while the other side reads nothing: the socket buffers, and little more. */
async function acceptedWhileUnread(from: WebSocket): Promise<number> {
  const message = Buffer.alloc(32 * 1024);
  const most = 64 * 1024 * 1024;
  for (let sent = 0; sent < most; sent += message.length) from.send(message);
  let before = -1;
  const still = () => {
    const now = from.bufferedAmount;
    const same = now === before;
    before = now;
    return same;
  };
  await eventually('it stops', still, { every: 300 });
  return most - before;
}

test('a server that does not read stops the visitor from sending; all bytes arrive once it reads', async context => {
  const { server, enter } = await startBoth(context);
  const page = await enter();
  const { socket } = await server.nextConnection();
  socket.pause();
  const accepted = await acceptedWhileUnread(page);
  assert.ok(accepted < 48 * 1024 * 1024, `${accepted} bytes were accepted`);
  let received = 0;
  socket.on('message', data => {
    received += (data as Buffer).length;
  });
  socket.resume();
  await eventually('all of it arrived', () => received === 64 * 1024 * 1024);
});

test('a visitor that does not read stops the server from sending; all bytes arrive once it reads', async context => {
  const { server, enter } = await startBoth(context);
  const page = await enter();
  const { socket } = await server.nextConnection();
  page.pause();
  const accepted = await acceptedWhileUnread(socket);
  assert.ok(accepted < 48 * 1024 * 1024, `${accepted} bytes were accepted`);
  let received = 0;
  page.on('message', data => {
    received += (data as Buffer).length;
  });
  page.resume();
  await eventually('all of it arrived', () => received === 64 * 1024 * 1024);
});
