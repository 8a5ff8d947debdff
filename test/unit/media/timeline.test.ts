import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Timeline } from '../../../gateway/media/embedded/timeline.ts';

const CLOCK = 90_000;
const FRAME = CLOCK / 20;

function packet(stamp: number, ssrc: number, seq: number): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt16BE(seq & 0xffff, 2);
  bytes.writeUInt32BE(stamp >>> 0, 4);
  bytes.writeUInt32BE(ssrc, 8);
  return bytes;
}

/** The sequence numbers go on from line to line, over their wrap. */
let seq = 0xfff0;

/** What the timestamps `stamps`, 50 ms apart, have become; `ms` between them if not 50. */
function followed(timeline: Timeline, stamps: readonly number[], startMs = 0, ms = 50, ssrc = 7): number[] {
  return stamps.map((stamp, index) => {
    const bytes = packet(stamp, ssrc, ++seq);
    timeline.follow(bytes, 0, startMs + index * ms, CLOCK);
    return bytes.readUInt32BE(4);
  });
}

const frames = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => (first + index * FRAME) >>> 0);

describe('the timeline of a line', () => {
  it('leaves the timestamps of one source alone, over their wrap', () => {
    const stamps = frames(2 ** 32 - 3 * FRAME, 6);
    assert.deepEqual(followed(new Timeline(), stamps), stamps);
  });

  for (const [what, other] of [
    ['older', 3_067_589_814],
    ['younger', 3_930_000_000],
    ['half a circle away', (3_230_642_214 + 2 ** 31) >>> 0],
  ] as const) {
    it(`lets another camera, whose timestamps are ${what}, go on where the first one stopped`, () => {
      const timeline = new Timeline();
      const first = frames(3_230_642_214, 4);
      followed(timeline, first);
      // Each frame has several packets of one timestamp, and they stay together.
      const then = followed(timeline, [other, other, other + FRAME, other + 2 * FRAME], 200, 0);
      const at = first[3]! + FRAME;
      assert.deepEqual(then, [at, at, at + FRAME, at + 2 * FRAME]);
    });
  }

  it('goes back and forth between two cameras', () => {
    const timeline = new Timeline();
    const seen: number[] = [];
    for (let turn = 0; turn < 6; turn++) {
      const stamps = frames((turn % 2 ? 1_000_000_000 : 3_000_000_000) + turn * 5 * FRAME, 5);
      seen.push(...followed(timeline, stamps, turn * 250));
    }
    assert.deepEqual(seen, frames(3_000_000_000, 30));
  });

  it('keeps packets that come late, and a pause, as they are', () => {
    const timeline = new Timeline();
    const stamps = [10 * FRAME, 12 * FRAME, 11 * FRAME, 13 * FRAME];
    assert.deepEqual(followed(timeline, stamps), stamps);
    const afterMinutes = [13 * FRAME + 120 * CLOCK];
    assert.deepEqual(followed(timeline, afterMinutes, 150 + 120_000), afterMinutes);
    // A network that stood still delivers all at once.
    const queued = frames(afterMinutes[0]! + FRAME, 100);
    assert.deepEqual(followed(timeline, queued, 126_000, 0), queued);
  });

  it('is not led astray by a packet of the old camera that comes after the new one', () => {
    const timeline = new Timeline();
    followed(timeline, frames(3_000_000_000, 3));
    const late = packet(3_000_000_000 + 3 * FRAME, 7, ++seq);
    const [before] = followed(timeline, [1_000_000_000], 200);
    timeline.follow(late, 0, 200, CLOCK);
    assert.deepEqual(followed(timeline, [1_000_000_000], 200), [before]);
  });

  it('takes another SSRC as it is', () => {
    const timeline = new Timeline();
    followed(timeline, frames(3_000_000_000, 3));
    followed(timeline, frames(1_000_000_000, 3), 150);
    assert.deepEqual(followed(timeline, [5], 300, 50, 8), [5]);
  });

  it('says the same in a report of that source, and in no other', () => {
    const timeline = new Timeline();
    followed(timeline, [3_000_000_000]);
    followed(timeline, [1_000_000_000], 50);
    const offset = 2_000_000_000 + FRAME;
    const report = (ssrc: number) => {
      const bytes = Buffer.from(`80c80006${'00'.repeat(24)}`, 'hex');
      bytes.writeUInt32BE(ssrc, 4);
      bytes.writeUInt32BE(1_000_000_090, 16);
      timeline.report(bytes);
      return bytes.readUInt32BE(16);
    };
    assert.equal(report(7), 1_000_000_090 + offset);
    assert.equal(report(9), 1_000_000_090);
  });
});
