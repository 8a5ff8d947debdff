import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progress } from '../../../../widget/call/call-progress.ts';
import {
  type Call,
  type CallEvent,
  type CallState,
  type EndReason,
  idle,
  isActive,
  reduce as reduceWith,
} from '../../../../widget/call/call-store.ts';

const reduce = (call: Call, event: CallEvent) => reduceWith(call, event, progress);

const calls: Readonly<Record<CallState, Call>> = {
  idle,
  preparing: { ...idle, state: 'preparing' },
  calling: { ...idle, state: 'calling' },
  ringing: { ...idle, state: 'ringing' },
  'in-call': { ...idle, state: 'in-call', answeredAt: 1000 },
  ended: { ...idle, state: 'ended', reason: 'hung-up', endedAt: 9000 },
  failed: { ...idle, state: 'failed', reason: 'not-found', endedAt: 9000 },
};

const events: Readonly<Record<string, CallEvent>> = {
  requested: { type: 'requested' },
  'device-asked': { type: 'device-asked' },
  'device-granted': { type: 'device-granted' },
  'device-allowed': { type: 'device-allowed' },
  invited: { type: 'invited' },
  rang: { type: 'rang', earlyMedia: false },
  answered: { type: 'answered', at: 1000 },
  muted: { type: 'muted', on: true },
  held: { type: 'held', on: true },
  'held-by-them': { type: 'held-by-them', on: true },
  'hold-refused': { type: 'hold-refused' },
  'media-requested': { type: 'media-requested', media: 'camera' },
  'media-granted': { type: 'media-granted', media: 'camera', on: true },
  'media-refused': { type: 'media-refused', media: 'camera', why: 'declined' },
  judged: { type: 'judged', quality: 'fair' },
  'one-way': { type: 'one-way', missing: 'not-reaching' },
  'signalling-lost': { type: 'signalling-lost' },
  'signalling-restored': { type: 'signalling-restored' },
  'media-lost': { type: 'media-lost' },
  'media-restored': { type: 'media-restored' },
  ended: { type: 'ended', reason: 'busy', at: 9000 },
  broke: { type: 'ended', reason: 'server-unreachable', at: 9000 },
  'bad-address': { type: 'ended', reason: 'bad-address', at: 9000 },
  dismissed: { type: 'dismissed' },
};

const ignored = 'ignored' as const;
/** Rows: the state before. Columns: the event. Cells: the state after. */
const expected: Readonly<Record<CallState, Readonly<Record<string, CallState | typeof ignored>>>> = {
  idle: row({ requested: 'preparing', 'bad-address': 'failed' }),
  preparing: row({
    'device-asked': 'preparing',
    'device-granted': 'preparing',
    invited: 'calling',
    ended: 'ended',
    broke: 'failed',
    'bad-address': 'failed',
  }),
  calling: row({
    rang: 'ringing',
    answered: 'in-call',
    muted: 'calling',
    ended: 'ended',
    broke: 'failed',
    'bad-address': 'failed',
  }),
  ringing: row({
    answered: 'in-call',
    muted: 'ringing',
    ended: 'ended',
    broke: 'failed',
    'bad-address': 'failed',
  }),
  'in-call': row({
    muted: 'in-call',
    held: 'in-call',
    'held-by-them': 'in-call',
    'hold-refused': 'in-call',
    'media-requested': 'in-call',
    'media-granted': 'in-call',
    'media-refused': 'in-call',
    'device-asked': 'in-call',
    'device-granted': 'in-call',
    judged: 'in-call',
    'one-way': 'in-call',
    'signalling-lost': 'in-call',
    'media-lost': 'in-call',
    ended: 'ended',
    broke: 'failed',
    'bad-address': 'failed',
  }),
  ended: row({ requested: 'preparing', dismissed: 'idle' }),
  failed: row({ requested: 'preparing', dismissed: 'idle' }),
};

function row(cells: Readonly<Record<string, CallState>>): Record<string, CallState | typeof ignored> {
  return Object.fromEntries(Object.keys(events).map(name => [name, cells[name] ?? ignored]));
}

for (const state of Object.keys(expected) as CallState[]) {
  for (const [name, event] of Object.entries(events)) {
    const after = expected[state][name];
    test(`${state}, ${name}: ${after}`, () => {
      const call = calls[state];
      const next = reduce(call, event);
      if (after === ignored) assert.equal(next, call, 'an ignored event returns the same object');
      else {
        assert.notEqual(next, call);
        assert.equal(next.state, after);
      }
    });
  }
}

const after = (...facts: CallEvent[]) => facts.reduce(reduce, idle);
const called: CallEvent[] = [{ type: 'requested' }, { type: 'invited' }];

test('a reason decided by people ends a call, any other is a failure', () => {
  const decided: EndReason[] = ['hung-up', 'remote-hung-up', 'cancelled', 'busy', 'declined', 'no-answer'];
  const broken: EndReason[] = ['not-found', 'call-dropped', 'media-failed', 'microphone-refused', 'failed'];
  const endOf = (reason: EndReason) => after(...called, { type: 'ended', reason, at: 1 }).state;
  assert.deepEqual(new Set(decided.map(endOf)), new Set(['ended']));
  assert.deepEqual(new Set(broken.map(endOf)), new Set(['failed']));
});

test('an ended call keeps its reason and both times, and nothing else', () => {
  const call = after(
    ...called,
    { type: 'answered', at: 1000 },
    { type: 'muted', on: true },
    { type: 'signalling-lost' },
    { type: 'ended', reason: 'remote-hung-up', at: 5000 },
  );
  assert.deepEqual(call, {
    ...idle,
    state: 'ended',
    reason: 'remote-hung-up',
    answeredAt: 1000,
    endedAt: 5000,
  });
});

test('a second end is ignored', () => {
  const ended = after(...called, { type: 'ended', reason: 'busy', at: 1 });
  assert.equal(reduce(ended, { type: 'ended', reason: 'failed', at: 2 }), ended);
});

test('a new call starts unmuted, with nothing of the last call', () => {
  const ended = after(...called, { type: 'muted', on: true }, { type: 'ended', reason: 'busy', at: 1 });
  assert.deepEqual(reduce(ended, { type: 'requested' }), { ...idle, state: 'preparing' });
});

test('a 180 after early media does not clear it', () => {
  const early = after(...called, { type: 'rang', earlyMedia: true });
  assert.equal(reduce(early, { type: 'rang', earlyMedia: false }), early);
  assert.equal(early.earlyMedia, true);
});

test('early media after a plain 180 is recorded', () => {
  const call = after(...called, { type: 'rang', earlyMedia: false }, { type: 'rang', earlyMedia: true });
  assert.equal(call.state, 'ringing');
  assert.equal(call.earlyMedia, true);
});

test('mute reported twice changes nothing the second time', () => {
  const muted = after(...called, { type: 'muted', on: true });
  assert.equal(reduce(muted, { type: 'muted', on: true }), muted);
  assert.equal(reduce(muted, { type: 'muted', on: false }).muted, false);
});

test('an accepted hold clears a refused one', () => {
  const call = after(...called, { type: 'answered', at: 1 }, { type: 'hold-refused' });
  assert.equal(call.holdRefused, true);
  assert.equal(call.held, false);
  const held = reduce(call, { type: 'held', on: true });
  assert.deepEqual([held.held, held.holdRefused], [true, false]);
  assert.equal(reduce(held, { type: 'held', on: true }), held);
  assert.equal(reduce(held, { type: 'held', on: false }).held, false);
});

test('a media request is pending until it is granted or refused, and the next request clears the refusal', () => {
  const requested = after(
    ...called,
    { type: 'answered', at: 1 },
    { type: 'media-requested', media: 'camera' },
  );
  const asked = reduce(requested, { type: 'device-asked' });
  assert.deepEqual([asked.requestedMedia, asked.asking, asked.camera], ['camera', true, false]);
  const refused = reduce(asked, { type: 'media-refused', media: 'camera', why: 'declined' });
  assert.deepEqual(
    [refused.requestedMedia, refused.asking, refused.refusal],
    [undefined, false, 'camera-declined'],
  );
  const granted = reduce(reduce(refused, { type: 'media-requested', media: 'camera' }), {
    type: 'media-granted',
    media: 'camera',
    on: true,
  });
  assert.deepEqual([granted.requestedMedia, granted.refusal, granted.camera], [undefined, undefined, true]);
});

test('a listener speaks from the grant until it is withdrawn', () => {
  const listening = reduce(idle, { type: 'requested', listen: true });
  assert.deepEqual([listening.listen, listening.speaks], [true, false]);
  const facts: CallEvent[] = [{ type: 'invited' }, { type: 'answered', at: 1 }];
  const speaking = [...facts, { type: 'media-granted', media: 'voice', on: true } as const].reduce(
    reduce,
    listening,
  );
  assert.deepEqual([speaking.speaks, speaking.camera], [true, false]);
  assert.equal(reduce(speaking, { type: 'media-granted', media: 'voice', on: false }).speaks, false);
});

test('the same judgement again changes nothing', () => {
  const call = after(
    ...called,
    { type: 'answered', at: 1 },
    { type: 'judged', quality: 'poor', trouble: 'not-heard' },
  );
  assert.equal(reduce(call, { type: 'judged', quality: 'poor', trouble: 'not-heard' }), call);
  assert.equal(reduce(call, { type: 'judged', quality: 'poor' }).trouble, undefined);
});

test('one-way sound is shown until the gateway takes it back, whatever is judged here meanwhile', () => {
  const call = after(
    ...called,
    { type: 'answered', at: 1 },
    { type: 'one-way', missing: 'not-reaching' },
    { type: 'judged', quality: 'good' },
  );
  assert.equal(call.oneWay, 'not-reaching');
  assert.equal(reduce(call, { type: 'one-way', missing: 'not-reaching' }), call);
  assert.equal(reduce(call, { type: 'one-way' }).oneWay, undefined);
  assert.equal(reduce(call, { type: 'ended', reason: 'hung-up', at: 2 }).oneWay, undefined);
});

test('signalling is lost once and restored once, and the call continues', () => {
  const lost = after(...called, { type: 'answered', at: 1 }, { type: 'signalling-lost' });
  assert.equal(lost.signallingLost, true);
  assert.equal(reduce(lost, { type: 'signalling-lost' }), lost);
  const restored = reduce(lost, { type: 'signalling-restored' });
  assert.equal(restored.signallingLost, false);
  assert.equal(restored.state, 'in-call');
});

test('the open question about the microphone closes when it is granted', () => {
  const asking = after({ type: 'requested' }, { type: 'device-asked' });
  assert.equal(asking.asking, true);
  assert.equal(reduce(asking, { type: 'device-granted' }).asking, false);
});

test('a microphone allowed later changes only a call that failed because of it, and only once', () => {
  const refused = after({ type: 'requested' }, { type: 'ended', reason: 'microphone-refused', at: 1 });
  const allowed = reduce(refused, { type: 'device-allowed' });
  assert.deepEqual(allowed, { ...refused, allowed: true });
  assert.equal(reduce(allowed, { type: 'device-allowed' }), allowed);
  assert.equal(reduce(calls.failed, { type: 'device-allowed' }), calls.failed);
  assert.equal(reduce(allowed, { type: 'requested' }).allowed, false);
});

test('a call is active from the request to its end', () => {
  const active = (Object.keys(calls) as CallState[]).filter(state => isActive(calls[state]));
  assert.deepEqual(active, ['preparing', 'calling', 'ringing', 'in-call']);
});
