// Stores that answer late, as those of another machine, or fail: the limits stay exact, a call can be cancelled while it is
// reserved, nothing is held after its end, and a store that fails refuses new calls and ends none.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { RawCall } from '../support/raw-call.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { PAGE, type SceneOptions, SDP, startDeserted } from '../support/signalling-gateway.ts';
import { slowStores } from '../support/slow-stores.ts';
import { askToken, DIRECTOR, enter } from './authorization-scene.ts';

async function start(context: TestContext, limits: SceneOptions['limits'] = {}, needsToken = false) {
  const stores = slowStores();
  const scene = await startDeserted(context, {
    stores,
    limits,
    site: { tokens: needsToken ? undefined : false },
  });
  const page = async () => {
    const browser = needsToken ? await enter(scene) : await RawPeer.browser(scene.gateway.url, PAGE);
    context.after(() => browser.close());
    return browser;
  };
  const [pbx] = scene.pbxs as [RawPeer];
  /** Nothing of any call is held. */
  const released = () =>
    eventually('the stores are empty', async () => {
      await scene.quiet();
      return (await stores.quotas.count()) + (await stores.calls.count()) === 0;
    });
  /** Operations on the quotas wait until the returned function is called. */
  const hold = () => {
    let free = () => {};
    stores.quotas.delay.held = new Promise<void>(resolve => {
      free = resolve;
    });
    return free;
  };
  return { ...scene, stores, page, pbx, released, hold };
}

type Stage = Awaited<ReturnType<typeof start>>;

async function talk({ pbx }: Stage, browser: RawPeer): Promise<RawCall> {
  const call = new RawCall(browser, DIRECTOR);
  call.invite(SDP);
  pbx.respond(await pbx.request('INVITE'), '200 OK', { body: SDP, tag: call.id });
  call.ack(await browser.response(200, 'INVITE'));
  await pbx.request('ACK');
  return call;
}

async function hangUp({ pbx }: Stage, browser: RawPeer, call: RawCall): Promise<void> {
  call.request('BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await browser.response(200, 'BYE');
}

test('calls that come at the same time together exceed no quota', async context => {
  const stage = await start(context, { perSite: { calls: 2 } });
  const pages = await Promise.all(Array.from({ length: 6 }, () => stage.page()));
  const calls = pages.map(page => new RawCall(page, DIRECTOR));
  for (const call of calls) call.invite(SDP);
  const refused = () =>
    pages.filter(page => page.received.some(text => String(text).startsWith('SIP/2.0 503')));
  await eventually('four are refused', () => refused().length === 4);
  await eventually('two ring', () => stage.pbx.inbox.length === 2);
  for (const call of calls) call.cancel();
  for (const _ of '12') stage.pbx.respond(await stage.pbx.request('INVITE'), '486 Busy Here');
  await stage.released();
  assert.equal(refused().length, 4);
});

test('a token makes one call, also when two INVITEs come before the quotas are reserved', async context => {
  const stage = await start(context, {}, true);
  const browser = await stage.page();
  const calls = [new RawCall(browser, DIRECTOR), new RawCall(browser, DIRECTOR)];
  for (const call of calls) call.invite(SDP);
  await browser.response(403, 'INVITE');
  const invite = await stage.pbx.request('INVITE');
  stage.pbx.respond(invite, '486 Busy Here');
  await browser.response(486, 'INVITE');
  await stage.released();
  assert.equal(stage.stores.quotas.reservations, 1);
});

test('a call that is cancelled while it is reserved rings no phone, and its quotas are free', async context => {
  const stage = await start(context);
  const free = stage.hold();
  const browser = await stage.page();
  const call = new RawCall(browser, DIRECTOR);
  call.invite(SDP);
  await eventually('it is being reserved', () => stage.stores.quotas.reservations === 1);
  call.cancel();
  await browser.response(487, 'INVITE');
  // The engine answers a CANCEL by itself, and reports it to the application later.
  await eventually('the call has ended', () => stage.logged.some(({ msg }) => msg === 'call ended'));
  free();
  await stage.released();
  assert.deepEqual(stage.pbx.received.map(String), []);
  assert.deepEqual(
    stage.logged.filter(({ msg }) => msg.startsWith('call ')).map(({ msg, outcome }) => [msg, outcome]),
    [['call ended', 'cancelled']],
  );
});

test('a call whose visitor leaves while it is reserved rings no phone, and its quotas are free', async context => {
  const stage = await start(context, {}, true);
  const browser = await stage.page();
  const free = stage.hold();
  new RawCall(browser, DIRECTOR).invite(SDP);
  await eventually('it is being reserved', () => stage.stores.quotas.reservations === 1);
  browser.close();
  await eventually('the visitor has left', async () => (await stage.gateway.health()).visitors === 0);
  free();
  await stage.released();
  assert.deepEqual(stage.pbx.received.map(String), []);
});

test('a gateway that stops while a call is reserved refuses the call and waits for the stores', async context => {
  const stage = await start(context);
  const free = stage.hold();
  const browser = await stage.page();
  new RawCall(browser, DIRECTOR).invite(SDP);
  await eventually('it is being reserved', () => stage.stores.quotas.reservations === 1);
  const stopped = stage.gateway.stop();
  await browser.response(503, 'INVITE');
  free();
  await stopped;
  assert.deepEqual([await stage.stores.quotas.count(), await stage.stores.calls.count()], [0, 0]);
  assert.deepEqual(stage.pbx.received.map(String), []);
});

for (const failing of ['quotas', 'calls'] as const) {
  test(`while the store of ${failing} fails a new call gets 503, calls continue, and calls are accepted again afterwards`, async context => {
    const stage = await start(context);
    const { delay } = stage.stores[failing];
    const [talking, other] = [await stage.page(), await stage.page()];
    const call = await talk(stage, talking);
    delay.failing = true;
    new RawCall(other, DIRECTOR).invite(SDP);
    const refused = await other.response(503, 'INVITE');
    assert.equal(refused.headers.get('Retry-After'), '10');
    assert.match(refused.headers.get('X-Sip-Call-Cause') ?? '', /^store-unavailable;side=gateway$/);
    call.request('INFO');
    await talking.response(200, 'INFO');
    const { status, calls } = await stage.gateway.health();
    assert.deepEqual([status, calls], ['ok', failing === 'calls' ? null : 1]);
    delay.failing = false;
    await hangUp(stage, other, await talk(stage, other));
    await hangUp(stage, talking, call);
    await stage.released();
    const failures = stage.logged.filter(({ msg }) => msg.startsWith('a store failed'));
    assert.ok(failures.length > 0);
  });
}

test('a token whose call was refused because a store failed can be used for another call', async context => {
  const stage = await start(context, {}, true);
  const browser = await stage.page();
  stage.stores.quotas.delay.failing = true;
  new RawCall(browser, DIRECTOR).invite(SDP);
  await browser.response(503, 'INVITE');
  stage.stores.quotas.delay.failing = false;
  await hangUp(stage, browser, await talk(stage, browser));
  await stage.released();
});

test('while a store fails no token is issued', async context => {
  const stage = await start(context, {}, true);
  stage.stores.quotas.delay.failing = true;
  const asked = await askToken(stage.gateway.url);
  assert.deepEqual([asked.status, asked.headers.get('Retry-After'), await asked.text()], [503, '10', '']);
});

test('the talk time of a day ends calls also with a store that answers late', async context => {
  const stage = await start(context, { perDestination: { minutesPerDay: 0.005 } });
  const browser = await stage.page();
  const call = await talk(stage, browser);
  const bye = await browser.request('BYE');
  call.respond(bye, '200 OK');
  stage.pbx.respond(await stage.pbx.request('BYE'), '200 OK');
  await stage.released();
  assert.equal(stage.logged.find(({ msg }) => msg === 'call ended')?.ending, 'minutes-spent');
});
