// Counts what one leg sends: packets, bytes, loss and jitter (RFC 3550 A.3, 6.4.1), drops and silence. Loss
// is counted by sequence number, for one stream after another; times are in milliseconds.

import type { LegReport } from '../relay.ts';

const maxDropout = 3000;
const maxLate = 512;

/** The incoming stream of one m= line. A new SSRC starts a new count and keeps the earlier loss. */
export class StreamStatistics {
  packets = 0;
  bytes = 0;
  /** When the last packet came; NaN before the first. */
  lastAt = Number.NaN;
  #lostBefore = 0;
  ssrc = -1;
  #base = 0;
  #highest = 0;
  #received = 0;
  #transit = 0;
  #jitter = 0;
  #hasTransit = false;

  /** `clock` in Hz, or 0 for a packet whose timestamp is not usable for jitter. */
  count(packet: Buffer, start: number, length: number, now: number, clock: number): void {
    this.packets++;
    this.bytes += length;
    this.lastAt = now;
    const ssrc = packet.readUInt32BE(start + 8);
    const seq = packet.readUInt16BE(start + 2);
    const ahead = (seq - this.#highest) & 0xffff;
    // RFC 3550 A.1: a sequence that restarts is not loss either.
    if (ssrc !== this.ssrc || (ahead > maxDropout && ahead < 0x10000 - maxLate)) {
      this.#lostBefore = this.lost;
      this.ssrc = ssrc;
      this.#base = seq;
      this.#highest = seq;
      this.#received = 1;
      this.#hasTransit = false;
    } else {
      this.#received++;
      if (ahead < 0x8000) this.#highest += ahead;
    }
    if (clock > 0) this.#arrived(packet.readUInt32BE(start + 4), now, clock);
  }

  get lost(): number {
    if (this.#received === 0) return this.#lostBefore;
    return this.#lostBefore + Math.max(0, this.#highest - this.#base + 1 - this.#received);
  }

  /** Milliseconds. */
  get jitter(): number {
    return this.#jitter;
  }

  #arrived(timestamp: number, now: number, clock: number): void {
    const transit = now - (timestamp / clock) * 1000;
    if (this.#hasTransit) {
      const difference = Math.abs(transit - this.#transit);
      // A timestamp that restarts is not jitter.
      if (difference < 10_000) this.#jitter += (difference - this.#jitter) / 16;
    }
    this.#transit = transit;
    this.#hasTransit = true;
  }
}

/** One leg of a call. */
export class LegStatistics {
  dropped = 0;
  /** When the last media packet was accepted; NaN before the first. */
  lastAt = Number.NaN;

  report(
    streams: readonly { readonly audio: boolean; readonly meter: StreamStatistics }[],
    now: number,
  ): LegReport {
    let packets = 0;
    let bytes = 0;
    let lost = 0;
    let jitter = 0;
    for (const { audio, meter } of streams) {
      packets += meter.packets;
      bytes += meter.bytes;
      lost += meter.lost;
      if (audio) jitter = Math.max(jitter, meter.jitter);
    }
    return {
      packets,
      bytes,
      lost,
      jitterMs: Math.round(jitter * 100) / 100,
      dropped: this.dropped,
      silentMs: Number.isNaN(this.lastAt) ? null : Math.round(now - this.lastAt),
    };
  }
}
