// What rtpengine's `query` and `delete` tell of a call, in numbers of ours. Its clock is its own: that packets come
// is seen by their number growing, and for how long none came is measured here.

import type { Leg, LegReport, MediaReport } from '../relay.ts';
import type { NgReply } from './ng-client.ts';

interface Counts {
  readonly packets: number;
  readonly bytes: number;
  readonly lost: number;
  readonly dropped: number;
}

interface Seen {
  /** At rtpengines that had the call before, and at the one that has it. */
  before: Counts;
  now: Counts;
  jitterMs: number;
  /** performance.now() when it was seen to have grown last; NaN before the first packet. */
  grewAt: number;
}

const legs = ['browser', 'pbx'] as const;
const none: Counts = { packets: 0, bytes: 0, lost: 0, dropped: 0 };

export class RtpengineStatistics {
  readonly #legs: Record<Leg, Seen> = {
    browser: { before: none, now: none, jitterMs: 0, grewAt: Number.NaN },
    pbx: { before: none, now: none, jitterMs: 0, grewAt: Number.NaN },
  };
  /** The browser has shown the certificate that its SDP named: DTLS is through, and so was ICE. */
  proved = false;

  grewAt(leg: Leg): number {
    return this.#legs[leg].grewAt;
  }

  /** Another rtpengine has the call, and counts from nothing. */
  moved(): void {
    this.proved = false;
    for (const leg of legs) {
      const seen = this.#legs[leg];
      seen.before = added(seen.before, seen.now);
      seen.now = none;
    }
  }

  /** Takes an answer to `query` or `delete`. */
  take(reply: NgReply, now: number): void {
    for (const leg of legs) {
      const seen = this.#legs[leg];
      const medias = list(record(record(reply.tags)[leg]).medias);
      const streams = medias.flatMap(media => list(media.streams)).filter(stream => has(stream, 'RTP'));
      const total = (name: string) => sum(streams.map(stream => number(record(stream.stats)[name])));
      const sources = medias.flatMap(media =>
        list(media['ingress SSRCs']).map(({ SSRC }) => record(record(reply.SSRC)[String(SSRC)])),
      );
      const counts = {
        packets: total('packets'),
        bytes: total('bytes'),
        dropped: total('errors'),
        // As RTCP of whoever heard them told.
        lost: sum(sources.map(source => number(source['cumulative loss']))),
      };
      if (counts.packets > seen.now.packets) seen.grewAt = now;
      seen.now = counts;
      seen.jitterMs = Math.max(0, ...sources.map(source => number(record(source.average).jitter)));
      if (leg === 'browser') this.proved = streams.some(stream => has(stream, 'DTLS fingerprint verified'));
    }
  }

  report(now: number): MediaReport {
    return { browser: this.#reportOf('browser', now), pbx: this.#reportOf('pbx', now) };
  }

  #reportOf(leg: Leg, at: number): LegReport {
    const { before, now, jitterMs, grewAt } = this.#legs[leg];
    return {
      ...added(before, now),
      jitterMs,
      silentMs: Number.isNaN(grewAt) ? null : Math.round(at - grewAt),
    };
  }
}

function added(one: Counts, other: Counts): Counts {
  return {
    packets: one.packets + other.packets,
    bytes: one.bytes + other.bytes,
    lost: one.lost + other.lost,
    dropped: one.dropped + other.dropped,
  };
}

type Dictionary = Readonly<Record<string, unknown>>;

function has({ flags }: Dictionary, flag: string): boolean {
  return Array.isArray(flags) && flags.includes(flag);
}

function record(value: unknown): Dictionary {
  return typeof value === 'object' && value !== null ? (value as Dictionary) : {};
}

function list(value: unknown): Dictionary[] {
  return Array.isArray(value) ? value.map(record) : [];
}

function number(value: unknown): number {
  const read = Number(value);
  return Number.isFinite(read) ? read : 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
