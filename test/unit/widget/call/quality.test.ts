import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, opinion, type Reading, readingOf } from '../../../../widget/call/quality.ts';

const perfect = { loss: 0, jitter: 0, roundTrip: 0 };

test('a perfect line of G.711 scores 4.4, and nothing scores below 1', () => {
  assert.equal(opinion(perfect).toFixed(1), '4.4');
  assert.ok(opinion({ loss: 1, jitter: 1, roundTrip: 3 }) >= 1);
});

test('loss, jitter and a long delay each lower the score', () => {
  for (const worse of [{ loss: 0.05 }, { jitter: 0.2 }, { roundTrip: 0.8 }]) {
    assert.ok(opinion({ ...perfect, ...worse }) < opinion(perfect) - 0.2, JSON.stringify(worse));
  }
});

/** `seconds` of a call with 50 packets each; `change` overrides readings. */
function call(seconds: number, change: (second: number) => Partial<Reading> = () => ({})): Reading[] {
  return Array.from({ length: seconds }, (_, second) => ({
    received: 50 * second,
    lost: 0,
    jitter: 0.003,
    energy: second / 10,
    ...change(second),
  }));
}

test('a good line is good', () => assert.deepEqual(judge(call(6), false), { quality: 'good' }));

test('one reading gives no judgement', () => {
  assert.deepEqual(judge([], false), {});
  assert.deepEqual(judge(call(1), false), {});
});

test('two seconds without a packet are detected, one is not', () => {
  const stopped = (at: number) =>
    judge(
      call(6, second => ({ received: 50 * Math.min(second, at) })),
      false,
    );
  assert.deepEqual(stopped(3), { quality: 'poor', trouble: 'nothing-arrives' });
  assert.deepEqual(stopped(4), { quality: 'good' });
});

test('a call without any packet is detected after three readings', () => {
  const nothing = () => ({ received: 0 });
  assert.equal(judge(call(2, nothing), false).trouble, undefined);
  assert.equal(judge(call(3, nothing), false).trouble, 'nothing-arrives');
});

test('loss of incoming packets is breaking up, loss of outgoing packets is not heard', () => {
  const lossy = judge(
    call(6, second => ({ received: 30 * second, lost: 20 * second })),
    false,
  );
  assert.deepEqual(lossy, { quality: 'poor', trouble: 'breaking-up' });
  assert.deepEqual(
    judge(
      call(6, () => ({ theirLoss: 0.4 })),
      false,
    ),
    { quality: 'poor', trouble: 'not-heard' },
  );
});

test('some loss is fair, and old loss does not count', () => {
  assert.equal(
    judge(
      call(6, second => ({ lost: 2 * second })),
      false,
    ).quality,
    'fair',
  );
  assert.equal(
    judge(
      call(6, () => ({ lost: 400 })),
      false,
    ).quality,
    'good',
  );
});

test('a microphone with digital silence is detected, unless it is muted or the browser does not report it', () => {
  const silent = call(6, () => ({ energy: 0.5 }));
  assert.equal(judge(silent, false).trouble, 'microphone-silent');
  assert.equal(judge(silent, true).trouble, undefined);
  assert.equal(judge(silent.slice(1), false).trouble, undefined);
  assert.equal(
    judge(
      call(6, () => ({ energy: undefined })),
      false,
    ).trouble,
    undefined,
  );
});

test('a reading is taken from the audio, not from the video', () => {
  const reading = readingOf([
    { type: 'inbound-rtp', kind: 'video', packetsReceived: 9 },
    { type: 'inbound-rtp', kind: 'audio', packetsReceived: 100, packetsLost: -2, jitter: 0.004 },
    { type: 'remote-inbound-rtp', kind: 'audio', fractionLost: 0.1, jitter: 0.01, roundTripTime: 0.2 },
    { type: 'media-source', kind: 'audio', totalAudioEnergy: 1.5 },
    { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.1 },
  ]);
  assert.deepEqual(reading, {
    received: 100,
    lost: 0,
    jitter: 0.004,
    theirJitter: 0.01,
    roundTrip: 0.2,
    theirLoss: 0.1,
    energy: 1.5,
  });
  assert.equal(readingOf([{ type: 'certificate' }]), undefined);
});
