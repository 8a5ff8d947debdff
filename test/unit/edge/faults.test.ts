// Internal failures while the edge handles a peer's bytes: each closes the connection concerned, and nothing else.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { Authorization } from '../../../gateway/auth/authorization.ts';
import { configFrom } from '../../../gateway/config/load.ts';
import type { AcceptSocket } from '../../../gateway/edge/accepted-socket.ts';
import { Edge } from '../../../gateway/edge/edge.ts';
import { Faults } from '../../../gateway/observe/faults.ts';
import { createLog } from '../../../gateway/observe/log.ts';
import { eventually } from '../../support/eventually.ts';

const PAGE = 'https://mysite.ru';
const failure = () => {
  throw new Error('an internal failure');
};

/** Resolves when the socket closes, also after an error. */
const closed = (socket: WebSocket) => new Promise(resolve => socket.on('close', resolve));

async function startEdge(context: TestContext, take: AcceptSocket, authorization?: Authorization) {
  const config = configFrom({
    sites: [{ domain: 'mysite.ru', origins: [PAGE], callable: ['director'], tokens: false }],
  });
  const logged: { msg: string; where: string }[] = [];
  const log = createLog('error', { write: (line: string) => void logged.push(JSON.parse(line)) });
  const live = { current: config };
  const edge = new Edge(live, take, log, { authorization: authorization ?? new Authorization(live) });
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
  const enter = () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/sip`, 'sip', { origin: PAGE });
    socket.on('error', () => {});
    context.after(() => socket.terminate());
    return socket;
  };
  const left = () => eventually('no visitor is left', () => edge.visitors.size === 0, { every: 5 });
  return { edge, enter, left, logged };
}

test('a WebSocket that the engine cannot accept is closed, and the next one is accepted', async context => {
  let fails = true;
  const { edge, enter, left } = await startEdge(context, () => fails && failure());
  const socket = enter();
  await closed(socket);
  await left();
  fails = false;
  const next = enter();
  await once(next, 'open');
  assert.deepEqual([edge.visitors.size, edge.faults], [1, 1]);
});

for (const event of ['message', 'ping', 'pong', 'close'] as const) {
  test(`a failure of a ${event} listener closes only its WebSocket`, async context => {
    const { edge, enter, left, logged } = await startEdge(
      context,
      ({ socket }) => void socket.on(event, failure),
    );
    const [bad, good] = [enter(), enter()];
    await Promise.all([once(bad, 'open'), once(good, 'open')]);
    const end = closed(bad);
    if (event === 'message') bad.send('x');
    else if (event === 'close') bad.close();
    else bad[event]();
    await end;
    await eventually('its place is free', () => edge.visitors.size === 1, { every: 5 });
    assert.equal(good.readyState, good.OPEN);
    assert.deepEqual(
      logged.map(({ msg, where }) => [msg, where]),
      [['internal error: the affected request or connection was dropped', `WebSocket ${event}`]],
    );
    good.terminate();
    await left();
  });
}

test('after a failure of an onLeft listener the visitor is removed, and the engine gets the close event', async context => {
  let closes = 0;
  const { edge, enter, left } = await startEdge(
    context,
    ({ socket }) => void socket.on('close', () => closes++),
  );
  edge.visitors.onLeft(failure);
  const socket = enter();
  await once(socket, 'open');
  socket.terminate();
  await left();
  await eventually('it was counted', () => edge.faults === 1, { every: 5 });
  await eventually('the engine got the close event', () => closes === 1, { every: 5 });
});

test('a failure during the decision on an upgrade closes its connection', async context => {
  const config = configFrom({ sites: [{ domain: 'mysite.ru', origins: [PAGE], callable: ['director'] }] });
  const authorization = new Authorization({ current: config });
  authorization.check = failure;
  const { edge, enter } = await startEdge(context, () => {}, authorization);
  await closed(enter());
  assert.equal(edge.faults, 1);
});

test('a failure that a peer can repeat is logged five times a minute', () => {
  const clock = { now: 0 };
  const lines: { count: number }[] = [];
  const log = createLog('error', { write: (line: string) => void lines.push(JSON.parse(line)) });
  const faults = new Faults(log, () => clock.now);
  let dropped = 0;
  const fail = () => faults.contain('here', failure, () => dropped++);
  for (let i = 0; i < 1_000; i++) fail();
  assert.deepEqual([lines.length, faults.count, dropped], [5, 1_000, 1_000]);
  clock.now = 60_000;
  fail();
  assert.deepEqual([lines.length, lines.at(-1)?.count], [6, 1_001]);
});
