import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { Authorization } from '../../../gateway/auth/authorization.ts';
import { configFrom } from '../../../gateway/config/load.ts';
import type { Config, ConfigInput } from '../../../gateway/config/schema.ts';
import { Edge } from '../../../gateway/edge/edge.ts';
import { createLog } from '../../../gateway/observe/log.ts';
import { memoryStores } from '../../../gateway/stores.ts';
import { eventually } from '../../support/eventually.ts';
import { SlowTokenLedger } from '../../support/slow-stores.ts';

const PAGE = 'https://mysite.ru';

/** An edge on a real server; `accepted` contains the sockets that it passed on. */
async function startEdge(
  context: TestContext,
  limits: ConfigInput['limits'] = {},
  given?: { readonly live: { readonly current: Config }; readonly authorization: Authorization },
) {
  const config = configFrom({
    limits,
    sites: [{ domain: 'mysite.ru', origins: [PAGE], callable: ['director'], tokens: false }],
  });
  const accepted: WebSocket[] = [];
  const edge = new Edge(
    given?.live ?? { current: config },
    ({ socket }) => accepted.push(socket),
    createLog('silent'),
    {
      ...(given && { authorization: given.authorization }),
    },
  );
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

test('upgrades that come at the same time together exceed no limit, however slow the ledger of tokens is', async context => {
  const config = configFrom({
    limits: { connectionsPerAddress: 3 },
    sites: [{ domain: 'mysite.ru', origins: [PAGE], callable: ['director'] }],
  });
  const live = { current: config };
  const tokens = new SlowTokenLedger();
  const authorization = new Authorization(live, { stores: { ...memoryStores(), tokens } });
  const { edge, enter } = await startEdge(context, {}, { live, authorization });
  const pages = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const token = await authorization.tokens.sign('mysite.ru', 'director', PAGE);
      return enter('/sip', PAGE, ['sip', `token.${token}`]);
    }),
  );
  const outcomes = await Promise.all(
    pages.map(page => Promise.race([refusal(page), once(page, 'open').then(() => 101)])),
  );
  assert.deepEqual(outcomes.sort(), [101, 101, 101, 429, 429, 429]);
  assert.equal(await tokens.count(), 3, 'a refused page keeps its token');
  assert.equal(edge.visitors.places, 3);
});

test('a handshake that ws refuses frees its place', async context => {
  const { edge, port } = await startEdge(context);
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const head = [
    'GET /sip HTTP/1.1',
    'Host: a',
    `Origin: ${PAGE}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
  ];
  socket.write(
    [
      ...head,
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: bad',
      'Sec-WebSocket-Protocol: sip',
      '',
      '',
    ].join('\r\n'),
  );
  const [answer] = await once(socket, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 400 /);
  await eventually('the place is free', () => edge.visitors.places === 0, { every: 5 });
});

test('while the ledger of tokens fails an upgrade gets 503, and no place is taken', async context => {
  const config = configFrom({ sites: [{ domain: 'mysite.ru', origins: [PAGE], callable: ['director'] }] });
  const live = { current: config };
  const tokens = new SlowTokenLedger();
  const authorization = new Authorization(live, { stores: { ...memoryStores(), tokens } });
  const { edge, enter } = await startEdge(context, {}, { live, authorization });
  const token = await authorization.tokens.sign('mysite.ru', 'director', PAGE);
  tokens.failing = true;
  assert.equal(await refusal(enter('/sip', PAGE, ['sip', `token.${token}`])), 503);
  assert.deepEqual([edge.visitors.places, authorization.storeFailures.count], [0, 1]);
  tokens.failing = false;
  await once(enter('/sip', PAGE, ['sip', `token.${token}`]), 'open');
});
