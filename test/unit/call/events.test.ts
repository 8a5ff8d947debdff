import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type CallEvent, CallEvents } from '../../../gateway/call/events.ts';
import { eventually } from '../../support/eventually.ts';
import { RawCall } from '../../support/raw-call.ts';
import type { RawPeer } from '../../support/raw-peer.ts';
import { RawPeer as Peers } from '../../support/raw-peer.ts';
import { PAGE, type SceneOptions, SDP, startScene } from '../../support/signalling-gateway.ts';

const DIRECTOR = 'sip:director@mysite.test';
const identity = { call: 'one', site: 'mysite.test', user: 'director' };

/** A scene whose call events are kept. */
async function observed(context: TestContext, options: SceneOptions = {}) {
  const events: CallEvent[] = [];
  const emit = CallEvents.prototype.emit;
  context.mock.method(
    CallEvents.prototype,
    'emit',
    function (this: CallEvents, ...args: Parameters<typeof emit>) {
      const [whose, details, moment = this.now()] = args;
      events.push({ ...whose, ...moment, ...details });
      emit.call(this, whose, details, moment);
    },
  );
  const scene = await startScene(context, options);
  const ended = () => eventually('the call ends', () => events.some(({ type }) => type === 'ended'));
  return { ...scene, events, ended };
}

test('an event has its call, its site and both clocks; a listener that fails costs nothing', () => {
  const heard: CallEvent[] = [];
  const events = new CallEvents(undefined, { monotonic: () => 5, wall: () => 1_000 });
  events.subscribe(() => {
    throw new Error('a subscriber of ours');
  });
  const unsubscribe = events.subscribe(event => heard.push(event));
  events.emit(identity, { type: 'resolved' });
  events.emit(identity, { type: 'media-connected' }, { at: 3, time: 998 });
  unsubscribe();
  events.emit(identity, { type: 'resolved' });
  assert.deepEqual(heard, [
    { ...identity, at: 5, time: 1_000, type: 'resolved' },
    { ...identity, at: 3, time: 998, type: 'media-connected' },
  ]);
});

test('a call emits its events in order, all with one identity', async context => {
  const { gateway, browser, pbxs, media, events, ended } = await observed(context, {
    limits: { reconnectSeconds: 5 },
  });
  const [pbx] = pbxs as [RawPeer];
  const call = new RawCall(browser, DIRECTOR);
  call.invite(SDP);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '180 Ringing');
  await browser.response(180);
  pbx.respond(invite, '180 Ringing');
  media.emit({ type: 'connected' });
  pbx.respond(invite, '200 OK', { body: SDP });
  call.ack(await browser.response(200));
  await pbx.request('ACK');
  call.request('INFO');
  await browser.response(200, 'INFO');
  media.emit({ type: 'connected' });
  media.emit({ type: 'lost' });
  media.emit({ type: 'connected' });
  media.emit({ type: 'one-way', leg: 'pbx', cause: 'sends-nothing', forMs: 5_000 });
  media.emit({ type: 'one-way-over', leg: 'pbx', cause: 'sends-nothing' });
  browser.close();
  const again = await Peers.browser(gateway.url, PAGE);
  context.after(() => again.close());
  call.moveTo(again);
  call.request('UPDATE');
  await again.response(200, 'UPDATE');
  call.request('BYE');
  await again.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await ended();
  assert.deepEqual(
    events.map(({ type }) => type),
    [
      'received',
      'resolved',
      'ringing',
      'media-connected',
      'attempted',
      'answered',
      'reconnected',
      'one-way-began',
      'one-way-ended',
      'reconnected',
      'ended',
    ],
  );
  assert.deepEqual(
    new Set(events.map(event => [event.site, event.user].join())),
    new Set(['mysite.test,director']),
  );
  assert.equal(new Set(events.map(event => event.call)).size, 1);
  assert.deepEqual(
    events.map(({ at }) => at),
    events.map(({ at }) => at).sort((one, other) => one - other),
  );
});

test('a server that fails is an attempt with its cause, and the next one answers', async context => {
  const { browser, pbxs, events, ended } = await observed(context, { pbxs: 2 });
  const [first, second] = pbxs as [RawPeer, RawPeer];
  new RawCall(browser, DIRECTOR).invite(SDP);
  first.respond(await first.request('INVITE'), '503 Service Unavailable');
  second.respond(await second.request('INVITE'), '486 Busy Here');
  await browser.response(486);
  await ended();
  const attempts = events.flatMap(event => (event.type === 'attempted' ? [event.cause?.code] : []));
  assert.deepEqual(attempts.length, 2);
  assert.ok(attempts.every(code => code !== undefined));
});

test('a call that is refused emits received and refused, and nothing else', async context => {
  const { browser, pbxs, events } = await observed(context, {
    limits: { perAddress: { calls: 1, callsPerMinute: 10, minutesPerDay: 10 } },
  });
  const [pbx] = pbxs as [RawPeer];
  new RawCall(browser, DIRECTOR).invite(SDP);
  const invite = await pbx.request('INVITE');
  new RawCall(browser, DIRECTOR).invite(SDP);
  await browser.response(503);
  pbx.respond(invite, '486 Busy Here');
  await browser.response(486);
  const refused = events.find(({ type }) => type === 'refused')?.call;
  assert.deepEqual(
    events.filter(({ call }) => call === refused).map(({ type }) => type),
    ['received', 'refused'],
  );
});

test('an INVITE to an address that the configuration does not have emits no event', async context => {
  const { browser, events } = await observed(context);
  new RawCall(browser, 'sip:nobody@mysite.test').invite(SDP);
  await browser.response(403);
  assert.deepEqual(events, []);
});
