import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SteadyStream } from '../../../gateway/media/embedded/steady-stream.ts';

interface ReceivedPacket {
  readonly ssrc: number;
  readonly seq: number;
  readonly stamp: number;
  readonly marker?: boolean;
  readonly clock?: number;
}

interface SentPacket {
  readonly ssrc: number;
  readonly seq: number;
  readonly stamp: number;
  readonly marker: boolean;
}

/** What the browser gets, with a clock that the test controls. */
class StreamUnderTest {
  readonly stream = new SteadyStream();
  readonly #audio: boolean;
  readonly sent: SentPacket[] = [];
  now = 1000;

  constructor(kind: 'audio' | 'video' = 'audio') {
    this.#audio = kind === 'audio';
  }

  /** Null for a dropped packet. */
  take({
    ssrc,
    seq,
    stamp,
    marker = false,
    clock = this.#audio ? 8000 : 90_000,
  }: ReceivedPacket): SentPacket | null {
    const packet = Buffer.alloc(4 + 12 + 160);
    packet[4] = 0x80;
    packet[5] = marker ? 0x80 : 0;
    packet.writeUInt16BE(seq & 0xffff, 6);
    packet.writeUInt32BE(stamp >>> 0, 8);
    packet.writeUInt32BE(ssrc, 12);
    if (!this.stream.follow(packet, 4, packet.length, this.now, clock, this.#audio)) return null;
    const sent = {
      ssrc: packet.readUInt32BE(12),
      seq: packet.readUInt16BE(6),
      stamp: packet.readUInt32BE(8),
      marker: packet[5] === 0x80,
    };
    this.sent.push(sent);
    return sent;
  }

  /** Packets of one source, 20 ms of audio each. */
  play(ssrc: number, seq: number, stamp: number, count: number): void {
    for (let i = 0; i < count; i++) {
      this.take({ ssrc, seq: seq + i, stamp: stamp + i * 160 });
      this.now += 20;
    }
  }

  /** Asserts the whole stream: one source, consecutive numbers, 20 ms between packets. */
  isSteady(): void {
    const [first] = this.sent as [SentPacket];
    this.sent.forEach((sent, i) => {
      assert.equal(sent.ssrc, this.stream.ssrc);
      assert.equal(sent.seq, (first.seq + i) & 0xffff, `number ${i}`);
      assert.equal(sent.stamp, (first.stamp + i * 160) >>> 0, `timestamp ${i}`);
    });
  }
}

const [a, b] = [0x11111111, 0x22222222];

describe('the stream of a line', () => {
  it('has its own source and a low first number, and keeps the timestamps of a single source', () => {
    const line = new StreamUnderTest();
    line.play(a, 65_530, 2 ** 32 - 480, 20);
    line.isSteady();
    const [first] = line.sent as [SentPacket];
    assert.ok(first.seq < 0x8000);
    assert.equal(first.stamp, 2 ** 32 - 480);
    assert.notEqual(first.ssrc, a);
  });

  for (const [what, sources] of [
    ['A, B and A again, as in music on hold', [a, b, a]],
    ['a transfer from one to the next', [a, b, 3, 4, 5]],
    ['the same source again and again', [a, a, a]],
  ] as const) {
    it(`continues through ${what}`, () => {
      const line = new StreamUnderTest();
      sources.forEach((ssrc, i) => {
        line.play(ssrc, i * 22_222, i * 3_000_000_000, 10);
      });
      line.isSteady();
      assert.deepEqual(
        line.sent.flatMap(({ marker }, i) => (marker ? [i] : [])),
        sources.flatMap((_, i) => (i > 0 ? [i * 10] : [])),
      );
    });
  }

  it('A continues from its position when B ends', () => {
    const line = new StreamUnderTest();
    line.play(a, 100, 16_000, 10);
    line.play(b, 7, 5, 10);
    line.play(a, 110, 17_600, 10);
    line.isSteady();
  });

  for (const [what, seq, stamp] of [
    ['timestamps that jump', 110, 3_000_000_000],
    ['timestamps that jump back by a second', 110, 16_000 + 1600 - 8000],
    ['a sequence that restarts', 0, 16_000 + 1600],
    ['a sequence that jumps ahead', 40_000, 16_000 + 1600],
    ['both', 50_000, 5],
  ] as const) {
    it(`continues through ${what}`, () => {
      const line = new StreamUnderTest();
      line.play(a, 100, 16_000, 10);
      line.play(a, seq, stamp, 10);
      line.isSteady();
    });
  }

  it('forwards loss and reordering unchanged', () => {
    const line = new StreamUnderTest();
    for (const i of [0, 1, 4, 3, 5, 205, 204]) {
      line.now = 1000 + i * 20;
      line.take({ ssrc: a, seq: 65_533 + i, stamp: i * 160 });
    }
    const [first] = line.sent as [SentPacket];
    assert.deepEqual(
      line.sent.map(({ seq, stamp }) => [(seq - first.seq) & 0xffff, stamp - first.stamp]),
      [0, 1, 4, 3, 5, 205, 204].map(i => [i, i * 160]),
    );
  });

  it('drops late packets of the source before, and accepts that source when it sends again', () => {
    const line = new StreamUnderTest();
    line.play(a, 100, 0, 10);
    line.play(b, 500, 90_000, 5);
    assert.equal(line.take({ ssrc: a, seq: 108, stamp: 1280 }), null);
    assert.equal(line.take({ ssrc: a, seq: 109, stamp: 1440 }), null);
    assert.equal(line.take({ ssrc: b, seq: 499, stamp: 89_840 }), null);
    line.play(b, 505, 90_800, 5);
    line.isSteady();
    line.now += 2000;
    assert.notEqual(line.take({ ssrc: a, seq: 90, stamp: 0 }), null);
  });

  it('keeps the length of a silence, whether timestamps advance during it or stand still', () => {
    for (const stood of [false, true]) {
      const line = new StreamUnderTest();
      line.play(a, 100, 0, 10);
      line.now += 10_000;
      const marked = { ssrc: a, seq: 110, stamp: 1600 + (stood ? 0 : 80_000), marker: true };
      const after = line.take(marked)!;
      assert.equal(after.stamp - line.sent[9]!.stamp, 80_000 + 160);
      assert.equal(after.marker, true);
    }
  });

  it('a network that pauses and then delivers all packets together moves no timestamps', () => {
    const line = new StreamUnderTest();
    line.play(a, 100, 0, 10);
    line.now += 4000;
    for (let i = 10; i < 200; i++) line.take({ ssrc: a, seq: 100 + i, stamp: i * 160 });
    line.isSteady();
  });

  it('counts time by the clock of the payload type that follows (RFC 7160)', () => {
    const line = new StreamUnderTest();
    line.play(a, 100, 0, 10);
    const before = line.sent[9]!;
    const opus = line.take({ ssrc: a, seq: 110, stamp: 777_777, clock: 48_000 })!;
    assert.equal(opus.stamp - before.stamp, 960);
    line.now += 20;
    const next = line.take({ ssrc: a, seq: 111, stamp: 777_777 + 960, clock: 48_000 })!;
    assert.equal(next.stamp - opus.stamp, 960);
  });

  it('keeps the constant timestamp of events, and audio continues after them', () => {
    const line = new StreamUnderTest();
    line.play(a, 100, 0, 10);
    const events = [0, 1, 2].map(i => {
      line.now += 20;
      return line.take({ ssrc: a, seq: 110 + i, stamp: 1600, clock: 0, marker: i === 0 })!;
    });
    assert.deepEqual([...new Set(events.map(({ stamp }) => stamp))], [1600]);
    assert.deepEqual(
      events.map(({ marker }) => marker),
      [true, false, false],
    );
    line.now += 20;
    assert.equal(line.take({ ssrc: a, seq: 113, stamp: 1600 + 640 })!.stamp, 2240);
  });

  it('two sources at the same time remain one stream in real time', () => {
    const line = new StreamUnderTest();
    for (let i = 0; i < 50; i++) {
      line.take({ ssrc: a, seq: 100 + i, stamp: i * 160 });
      line.now += 10;
      line.take({ ssrc: b, seq: 900 + i, stamp: 50_000 + i * 160 });
      line.now += 10;
    }
    const numbers = line.sent.map(({ seq }) => seq);
    assert.equal(new Set(numbers).size, 100);
    assert.equal(numbers.at(-1)! - numbers[0]!, 99);
  });

  it('an empty packet takes its own number', () => {
    const line = new StreamUnderTest();
    line.play(a, 100, 0, 10);
    line.now += 15_000;
    const out = Buffer.alloc(64);
    assert.equal(line.stream.fill(out, line.now, 127), 12);
    const last = line.sent[9]!;
    assert.deepEqual([out[0], out[1], out.readUInt16BE(2)], [0x80, 127, (last.seq + 1) & 0xffff]);
    assert.equal(out.readUInt32BE(8), line.stream.ssrc);
    const next = line.take({ ssrc: a, seq: 110, stamp: 1600 + 15_000 * 8 })!;
    assert.equal(next.seq, (last.seq + 2) & 0xffff);
    assert.equal(line.take({ ssrc: a, seq: 109, stamp: 1440 }), null);
  });

  it('returns the source of a sent number, over wraps and changes', () => {
    const line = new StreamUnderTest();
    line.play(a, 65_000, 0, 1000);
    const old = line.sent[10]!.seq;
    assert.equal(line.stream.sourceIndex(line.sent[999]!.seq), 65_999);
    assert.equal(line.stream.sourceIndex(old), 65_010);
    line.play(b, 30, 0, 70_000);
    assert.equal(line.stream.sourceIndex(line.sent.at(-1)!.seq), 30 + 69_999);
    line.play(a, 5, 0, 10);
    assert.equal(line.stream.sourceIndex(line.sent.at(-11)!.seq), -1);
    assert.equal(line.stream.sourceIndex(line.sent.at(-1)!.seq), 14);
  });
});

describe('the video stream', () => {
  const frame = 4500;
  const play = (line: StreamUnderTest, first: number, seq: number, count: number, ssrc = a) => {
    for (let i = 0; i < count; i++) {
      for (const part of [0, 1]) {
        line.take({ ssrc, seq: seq + 2 * i + part, stamp: first + i * frame, marker: part === 1 });
      }
      line.now += 50;
    }
  };

  for (const [what, other] of [
    ['older', 3_067_589_814],
    ['younger', 3_930_000_000],
    ['half the range away', (3_230_642_214 + 2 ** 31) >>> 0],
  ] as const) {
    for (const ssrc of [a, b]) {
      it(`lets another camera, ${ssrc === a ? 'with the same source' : 'with its own source'}, whose timestamps are ${what}, continue`, () => {
        const line = new StreamUnderTest('video');
        play(line, 3_230_642_214, 100, 4);
        play(line, other, ssrc === a ? 108 : 9, 4, ssrc);
        play(line, 3_230_642_214 + 8 * frame, ssrc === a ? 116 : 108, 4);
        const [first] = line.sent as [SentPacket];
        assert.deepEqual(
          line.sent.map(({ stamp }) => (stamp - first.stamp) >>> 0),
          line.sent.map((_, i) => Math.floor(i / 2) * frame),
        );
        // The marker bit ends a frame and has no other meaning.
        assert.deepEqual(
          line.sent.map(({ marker }) => marker),
          line.sent.map((_, i) => i % 2 === 1),
        );
      });
    }
  }

  it('gives a late packet of the old camera the timestamps of the old one', () => {
    const line = new StreamUnderTest('video');
    line.take({ ssrc: a, seq: 1, stamp: 3_000_000_000 });
    line.now += 50;
    const shown = line.take({ ssrc: a, seq: 3, stamp: 1_000_000_000 })!;
    const late = line.take({ ssrc: a, seq: 2, stamp: 3_000_000_000 })!;
    assert.equal(late.stamp, 3_000_000_000);
    assert.equal(line.take({ ssrc: a, seq: 4, stamp: 1_000_000_000 })!.stamp, shown.stamp);
  });

  it('keeps a repeated frame, and a pause, unchanged', () => {
    const line = new StreamUnderTest('video');
    play(line, 0, 100, 4);
    const again = line.take({ ssrc: a, seq: 103, stamp: frame })!;
    assert.deepEqual([again.seq, again.stamp], [line.sent[3]!.seq, frame]);
    line.now += 120_000;
    play(line, 4 * frame + 120 * 90_000, 108, 1);
    assert.equal(line.sent.at(-1)!.stamp, 4 * frame + 120 * 90_000);
  });

  it('sends a repeated packet as it was sent before: one number has one content (RFC 3711 9.1)', () => {
    const line = new StreamUnderTest();
    line.play(1, 100, 0, 3);
    const first = line.take({ ssrc: 2, seq: 500, stamp: 90_000 });
    assert.equal(first?.marker, true);
    assert.deepEqual(line.take({ ssrc: 2, seq: 500, stamp: 90_000 }), first);
    line.play(2, 501, 90_160, 2);
    const leapt = line.take({ ssrc: 2, seq: 503, stamp: 5_000_000 });
    assert.deepEqual(line.take({ ssrc: 2, seq: 503, stamp: 5_000_000 }), leapt);
    line.now += 20;
    const again = line.take({ ssrc: 2, seq: 504, stamp: 9_000_000 });
    assert.deepEqual(line.take({ ssrc: 2, seq: 503, stamp: 5_000_000 }), leapt);
    assert.deepEqual(line.take({ ssrc: 2, seq: 504, stamp: 9_000_000 }), again);
    // Its timestamp cannot be told any more.
    assert.equal(line.take({ ssrc: 2, seq: 502, stamp: 90_320 }), null);
  });
});
