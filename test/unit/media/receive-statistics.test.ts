import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LegStatistics, StreamStatistics } from '../../../gateway/media/embedded/receive-statistics.ts';

function count(
  meter: StreamStatistics,
  seqs: readonly number[],
  options: { ssrc?: number; late?: number } = {},
): void {
  for (const seq of seqs) {
    const packet = Buffer.alloc(172);
    packet.writeUInt16BE(seq & 0xffff, 2);
    packet.writeUInt32BE((seq * 160) >>> 0, 4);
    packet.writeUInt32BE(options.ssrc ?? 7, 8);
    meter.count(packet, 0, packet.length, seq * 20 + (seq % 2) * (options.late ?? 0), 8000);
  }
}

const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('a stream meter', () => {
  it('counts lost packets by sequence number, also over the wrap, and subtracts late ones', () => {
    const meter = new StreamStatistics();
    count(meter, from(65530, 65540));
    assert.equal(meter.lost, 0);
    count(meter, [65545]);
    assert.equal(meter.lost, 4);
    count(meter, [65542]);
    assert.equal(meter.lost, 3);
    assert.deepEqual([meter.packets, meter.bytes], [13, 13 * 172]);
  });

  it('keeps the loss of a replaced source', () => {
    const meter = new StreamStatistics();
    count(meter, [1, 2, 5]);
    count(meter, [4000, 4001, 4003], { ssrc: 8 });
    assert.equal(meter.lost, 3);
  });

  it('has no jitter in an even stream, and has jitter in an uneven one (RFC 3550 6.4.1)', () => {
    const even = new StreamStatistics();
    count(even, from(1, 200));
    assert.ok(even.jitter < 0.001);
    const uneven = new StreamStatistics();
    count(uneven, from(1, 200), { late: 8 });
    assert.ok(Math.abs(uneven.jitter - 8) < 0.1, String(uneven.jitter));
  });

  it('does not count restarted timestamps as jitter', () => {
    const meter = new StreamStatistics();
    count(meter, from(1, 50));
    const packet = Buffer.alloc(12);
    packet.writeUInt16BE(51, 2);
    packet.writeUInt32BE(3_000_000_000, 4);
    packet.writeUInt32BE(7, 8);
    meter.count(packet, 0, 12, 51 * 20, 8000);
    assert.ok(meter.jitter < 0.001);
  });

  it('returns null for the silence of a leg that never sent a packet', () => {
    const leg = new LegStatistics();
    assert.equal(leg.report([], 5000).silentMs, null);
    leg.lastAt = 4000;
    assert.equal(leg.report([], 5000).silentMs, 1000);
  });
});
