// Failures of our own where a peer's bytes are met: each costs the connection that it was about, and nothing else.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { Authorization } from '../../../gateway/auth/authorization.ts';
import { configFrom } from '../../../gateway/config/load.ts';
import { Edge, type SocketTaker } from '../../../gateway/edge/edge.ts';
import { Faults } from '../../../gateway/observe/faults.ts';
import { createLog } from '../../../gateway/observe/log.ts';
import { eventually } from '../../support/eventually.ts';

const PAGE = 'https://mysite.ru';
const failure = () => {
  throw new Error('a failure of our own');
};

/** Whatever error comes before it. */
const closed = (socket: WebSocket) => new Promise(resolve => socket.on('close', resolve));

async function startEdge(context: TestContext, take: SocketTaker, entrance?: Authorization) {
  const config = configFrom({
    sites: [{ domain: 'mysite.ru', origins: [PAGE], callable: ['director'], tokens: false }],
  });
  const logged: { msg: string; where: string }[] = [];
  const log = createLog('error', { write: (line: string) => void logged.push(JSON.parse(line)) });
  const live = { current: config };
  const edge = new Edge(live, take, log, { entrance: entrance ?? new Authorization(live) });
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

test('a WebSocket that cannot be handed on is closed, and the next one is handed on', async context => {
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
  test(`a failure of whatever hears the ${event} of a WebSocket ends that one alone`, async context => {
    const { edge, enter, left, logged } = await startEdge(context, socket => void socket.on(event, failure));
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

test('a failure of a listener for visitors who left keeps no place, and the engine hears the close', async context => {
  let heard = 0;
  const { edge, enter, left } = await startEdge(context, taken => void taken.on('close', () => heard++));
  edge.visitors.onLeft(failure);
  const socket = enter();
  await once(socket, 'open');
  socket.terminate();
  await left();
  await eventually('it was counted', () => edge.faults === 1, { every: 5 });
  await eventually('the engine heard the close', () => heard === 1, { every: 5 });
});

test('a failure while an upgrade is judged closes its connection', async context => {
  const config = configFrom({ sites: [{ domain: 'mysite.ru', origins: [PAGE], callable: ['director'] }] });
  const entrance = new Authorization({ current: config });
  entrance.look = failure;
  const { edge, enter } = await startEdge(context, () => {}, entrance);
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
