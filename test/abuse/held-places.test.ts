// Idle WebSockets: one without a call is closed after some time, with or without messages, and so is one whose call is over.
// The gateway uses the test's clock, and checks once a second.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { RawCall } from '../support/raw-call.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { type SceneOptions, SDP, startDeserted } from '../support/signalling-gateway.ts';
import { type Deserted, DIRECTOR, knock, tokenOf } from './authorization-scene.ts';

const SECOND = 1_000;

interface Scene extends Deserted {
  /** Lets that many seconds pass for the gateway. */
  pass(seconds: number): void;
  /** Another page, which has come in with a token where it takes one. */
  page(): Promise<Page>;
}

interface Closed {
  readonly code: number;
  readonly reason: string;
}

interface Page {
  readonly peer: RawPeer;
  readonly back: string | undefined;
  readonly open: boolean;
  /** Resolves with how the gateway has closed it. */
  closed(): Promise<Closed>;
  /** Resolves once it was answered. */
  ping(): Promise<unknown>;
  /** A keep-alive, which is no SIP; resolves once it was answered. */
  keepAlive(): Promise<unknown>;
}

async function start(context: TestContext, options: SceneOptions = {}): Promise<Scene> {
  let now = 0;
  const site = { tokens: undefined, ...options.site };
  const scene = await startDeserted(context, { ...options, site, now: () => now });
  const page = async () => {
    const shown = site.tokens === false ? [] : [`token.${await tokenOf(scene)}`];
    return await pageBy(context, scene, shown);
  };
  return {
    ...scene,
    page,
    pass: seconds => {
      now += seconds * SECOND;
    },
  };
}

async function pageBy(context: TestContext, scene: Deserted, shown: readonly string[]): Promise<Page> {
  const answer = await knock(scene, { protocols: ['sip', ...shown] });
  assert.equal(answer.status, 101);
  const { socket } = answer;
  context.after(() => socket.terminate());
  let how: Closed | undefined;
  socket.on('close', (code, reason) => {
    how = { code, reason: String(reason) };
  });
  const { back } = await answer.greeting;
  // Created on demand, because it accepts only SIP frames.
  let peer: RawPeer | undefined;
  return {
    get peer() {
      peer ??= RawPeer.over(socket);
      return peer;
    },
    back,
    closed: () => eventually('it is closed', () => how, { every: 20 }),
    get open() {
      return socket.readyState === socket.OPEN;
    },
    ping() {
      socket.pong();
      socket.ping();
      return once(socket, 'pong');
    },
    keepAlive() {
      socket.send('\r\n\r\n');
      return once(socket, 'message');
    },
  };
}

async function talk(scene: Deserted, { peer }: Page): Promise<RawCall> {
  const [pbx] = scene.pbxs as [RawPeer];
  const call = new RawCall(peer, DIRECTOR);
  call.invite(SDP);
  pbx.respond(await pbx.request('INVITE'), '200 OK', { body: SDP, tag: call.id });
  call.ack(await peer.response(200));
  await pbx.request('ACK');
  return call;
}

async function hangUp(scene: Deserted, call: RawCall, { peer }: Pick<Page, 'peer'>): Promise<void> {
  const [pbx] = scene.pbxs as [RawPeer];
  call.request('BYE');
  await peer.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await scene.quiet();
}

test('a WebSocket without a call closes 30 s after its last message; pings and pongs do not count', async context => {
  const scene = await start(context);
  const [silent, pinging, used] = [await scene.page(), await scene.page(), await scene.page()];
  scene.pass(29);
  await pinging.ping();
  await used.keepAlive();
  assert.deepEqual([silent.open, pinging.open], [true, true]);
  scene.pass(1);
  assert.deepEqual(await silent.closed(), { code: 1000, reason: 'no call was made' });
  assert.deepEqual(await pinging.closed(), { code: 1000, reason: 'no call was made' });
  assert.equal(used.open, true);
  scene.pass(29);
  await used.closed();
});

test('messages keep a WebSocket without a call for three minutes, and no longer', async context => {
  const scene = await start(context);
  const page = await scene.page();
  for (let passed = 20; passed < 180; passed += 20) {
    scene.pass(20);
    await page.keepAlive();
  }
  assert.equal(page.open, true);
  scene.pass(19);
  await page.keepAlive();
  scene.pass(1);
  assert.deepEqual(await page.closed(), { code: 1000, reason: 'no call was made' });
});

test('all places held by pages that do not call are free again within half a minute', async context => {
  const scene = await start(context, { limits: { connections: 5 } });
  const held = await Promise.all(Array.from({ length: 5 }, () => scene.page()));
  const protocols = ['sip', `token.${await tokenOf(scene)}`];
  assert.equal((await knock(scene, { protocols })).status, 503);
  scene.pass(30);
  await Promise.all(held.map(page => page.closed()));
  const { status, socket } = await knock(scene, { protocols });
  context.after(() => socket.terminate());
  assert.equal(status, 101);
});

test('a WebSocket stays open for its call, and closes some seconds after it', async context => {
  const scene = await start(context);
  const page = await scene.page();
  const call = await talk(scene, page);
  const other = await scene.page();
  scene.pass(3_600);
  await other.closed();
  assert.equal(page.open, true);
  await hangUp(scene, call, page);
  assert.equal(page.open, true);
  scene.pass(5);
  assert.deepEqual(await page.closed(), { code: 1000, reason: 'the call is over' });
});

test('a token whose call was refused by the PBX keeps no WebSocket open either', async context => {
  const scene = await start(context);
  const page = await scene.page();
  const [pbx] = scene.pbxs as [RawPeer];
  const call = new RawCall(page.peer, DIRECTOR);
  call.invite(SDP);
  pbx.respond(await pbx.request('INVITE'), '486 Busy Here');
  await page.peer.response(486);
  await scene.quiet();
  // The first check finds that the call is over, the second that this was some seconds ago.
  const due = async () => {
    scene.pass(5);
    return !page.open;
  };
  await eventually('it is closed', due, { every: 200 });
  assert.deepEqual(await page.closed(), { code: 1000, reason: 'the call is over' });
});

test('without tokens one WebSocket makes many calls, and closes as soon between them', async context => {
  const scene = await start(context, { site: { tokens: false } });
  const page = await scene.page();
  for (let calls = 0; calls < 2; calls++) {
    const call = await talk(scene, page);
    const other = await scene.page();
    scene.pass(300);
    await other.closed();
    await hangUp(scene, call, page);
    scene.pass(20);
  }
  assert.equal(page.open, true);
  scene.pass(10);
  assert.deepEqual(await page.closed(), { code: 1000, reason: 'no call was made' });
});

test('a call holds two places at most, however often its page comes back', async context => {
  const scene = await start(context);
  const page = await scene.page();
  const call = await talk(scene, page);
  const other = await scene.page();
  scene.pass(30);
  await other.closed();
  const back = [`back.${page.back}`];
  const first = await pageBy(context, scene, back);
  const second = await pageBy(context, scene, back);
  assert.deepEqual(await first.closed(), { code: 1000, reason: 'replaced by a newer connection' });
  assert.deepEqual([page.open, second.open], [true, true]);
  // The call moves to where its page is now; the WebSocket that it used before is of no use.
  call.moveTo(second.peer);
  call.request('UPDATE');
  await second.peer.response(200, 'UPDATE');
  scene.pass(5);
  assert.deepEqual(await page.closed(), { code: 1000, reason: 'the call is over' });
  assert.equal(second.open, true);
  // A page that resumes its call and sends nothing counts as idle.
  const third = await pageBy(context, scene, back);
  scene.pass(30);
  await third.closed();
  assert.equal(second.open, true);
  await hangUp(scene, call, second);
});
