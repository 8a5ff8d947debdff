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

test('a call is active from the request to its end', () => {
  const active = (Object.keys(calls) as CallState[]).filter(state => isActive(calls[state]));
  assert.deepEqual(active, ['preparing', 'calling', 'ringing', 'in-call']);
});
