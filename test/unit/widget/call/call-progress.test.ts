import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progress } from '../../../../widget/call/call-progress.ts';
import { type Call, type CallEvent, idle, reduce as reduceWith } from '../../../../widget/call/call-store.ts';

const reduce = (call: Call, event: CallEvent) => reduceWith(call, event, progress);
const after = (...facts: CallEvent[]) => facts.reduce(reduce, idle);
const called: CallEvent[] = [{ type: 'requested' }, { type: 'invited' }];

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
  const notFound: Call = { ...idle, state: 'failed', reason: 'not-found', endedAt: 9000 };
  assert.equal(reduce(notFound, { type: 'device-allowed' }), notFound);
  assert.equal(reduce(allowed, { type: 'requested' }).allowed, false);
});
