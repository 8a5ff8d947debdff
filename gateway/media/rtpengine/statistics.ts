// Converts the replies of rtpengine's `query` and `delete` into statistics. rtpengine's clock is not
// comparable: a growing counter shows that packets arrive, and the time without packets is measured here.

import type { TransportAddress } from '../latch.ts';
import type { Leg, LegReport, MediaReport } from '../relay.ts';
import type { NgReply } from './ng-client.ts';

interface StreamCounts {
  readonly packets: number;
  readonly bytes: number;
  readonly lost: number;
  readonly dropped: number;
}

/** The RTP of a PBX on one line. */
export interface StreamState {
  readonly line: number;
  readonly packets: number;
  readonly bytes: number;
  readonly dropped: number;
  /** Where rtpengine sends: the agreed address, or what it has learned. */
  readonly endpoint: TransportAddress;
}

/** The streams of the PBX in a reply to `query`. */
export function pbxStreams(reply: NgReply): StreamState[] {
  return list(record(record(reply.tags).pbx).medias).flatMap(media =>
    list(media.streams)
      .filter(stream => has(stream, 'RTP'))
      .slice(0, 1)
      .map(({ stats, endpoint }) => ({
        // rtpengine counts from 1.
        line: number(media.index) - 1,
        packets: number(record(stats).packets),
        bytes: number(record(stats).bytes),
        dropped: number(record(stats).errors),
        endpoint: { address: String(record(endpoint).address), port: number(record(endpoint).port) },
      })),
  );
}

interface LegCounts {
  /** Counts of the rtpengines that had the call before, and of the current one. */
  before: StreamCounts;
  now: StreamCounts;
  jitterMs: number;
  /** performance.now() of the last growth; NaN before the first packet. */
  grewAt: number;
}

const legs = ['browser', 'pbx'] as const;
const none: StreamCounts = { packets: 0, bytes: 0, lost: 0, dropped: 0 };

export class RtpengineStatistics {
  readonly #legs: Record<Leg, LegCounts> = {
    browser: { before: none, now: none, jitterMs: 0, grewAt: Number.NaN },
    pbx: { before: none, now: none, jitterMs: 0, grewAt: Number.NaN },
  };
  #foreign = { packets: 0, bytes: 0 };
  /** Whether the browser has shown the certificate in its SDP: DTLS has finished, and so has ICE. */
  proved = false;

  grewAt(leg: Leg): number {
    return this.#legs[leg].grewAt;
  }

  /** Subtracts packets that rtpengine has accepted from hosts other than the PBX. */
  discount({ packets, bytes }: { readonly packets: number; readonly bytes: number }): void {
    this.#foreign.packets += packets;
    this.#foreign.bytes += bytes;
  }

  /** Another rtpengine has the call, and counts from zero. */
  moved(): void {
    this.#foreign = { packets: 0, bytes: 0 };
    this.proved = false;
    for (const leg of legs) {
      const counted = this.#legs[leg];
      counted.before = added(counted.before, counted.now);
      counted.now = none;
    }
  }

  /** Takes a reply to `query` or `delete`. */
  take(reply: NgReply, now: number): void {
    for (const leg of legs) {
      const counted = this.#legs[leg];
      const medias = list(record(record(reply.tags)[leg]).medias);
      const streams = medias.flatMap(media => list(media.streams)).filter(stream => has(stream, 'RTP'));
      const total = (name: string) => sum(streams.map(stream => number(record(stream.stats)[name])));
      const sources = medias.flatMap(media =>
        list(media['ingress SSRCs']).map(({ SSRC }) => record(record(reply.SSRC)[String(SSRC)])),
      );
      const counts = {
        packets: total('packets') - (leg === 'pbx' ? this.#foreign.packets : 0),
        bytes: total('bytes') - (leg === 'pbx' ? this.#foreign.bytes : 0),
        dropped: total('errors'),
        // From the RTCP of the receiving side.
        lost: sum(sources.map(source => number(source['cumulative loss']))),
      };
      if (counts.packets > counted.now.packets) counted.grewAt = now;
      counted.now = counts;
      counted.jitterMs = Math.max(0, ...sources.map(source => number(record(source.average).jitter)));
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

function added(one: StreamCounts, other: StreamCounts): StreamCounts {
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
