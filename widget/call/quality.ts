// The sound quality, from the connection's statistics: a short form of the E-model (ITU-T G.107), and the problem when
// one side hears nothing. Pure: readings in, a judgement out; quality-watch.ts takes the readings.

import type { SoundNotice } from '../../contract/sip.ts';

export type Quality = 'good' | 'fair' | 'poor';
/** What the gateway notices, which sees both ways. */
export type OneWay = Exclude<SoundNotice, 'both-ways'>;
export type Trouble = OneWay | 'not-heard' | 'microphone-silent' | 'breaking-up';

/** The result of `getStats` at one moment. Packets are counted from the start of the call. */
export interface Reading {
  readonly received: number;
  readonly lost: number;
  /** Seconds, incoming and outgoing; outgoing is unknown until the other side reports (RFC 3550 6.4.1). */
  readonly jitter: number;
  readonly theirJitter?: number;
  /** Seconds. */
  readonly roundTrip?: number;
  /** The fraction of our packets that did not arrive, 0 to 1. */
  readonly theirLoss?: number;
  /** Energy of the microphone's signal so far; undefined where the browser does not report it. */
  readonly energy?: number;
}

export interface Judgement {
  readonly quality?: Quality;
  readonly trouble?: Trouble;
}

/** The number of readings, one second apart, that `judge` uses. */
export const readingsKept = 6;

/** A reading of one connection's audio; undefined until there is any. */
export function readingOf(report: Iterable<Record<string, unknown>>): Reading | undefined {
  const number = (value: unknown) => (typeof value === 'number' ? value : undefined);
  let inbound: Record<string, unknown> | undefined;
  let remote: Record<string, unknown> | undefined;
  let source: Record<string, unknown> | undefined;
  let pair: Record<string, unknown> | undefined;
  for (const entry of report) {
    if (entry.type === 'candidate-pair' && entry.nominated) pair = entry;
    if (entry.kind !== 'audio') continue;
    if (entry.type === 'inbound-rtp') inbound = entry;
    if (entry.type === 'remote-inbound-rtp') remote = entry;
    if (entry.type === 'media-source') source = entry;
  }
  if (!inbound && !source) return undefined;
  return {
    received: number(inbound?.packetsReceived) ?? 0,
    // RFC 3550 6.4.1: duplicates make it negative.
    lost: Math.max(0, number(inbound?.packetsLost) ?? 0),
    jitter: number(inbound?.jitter) ?? 0,
    theirJitter: number(remote?.jitter),
    roundTrip: number(remote?.roundTripTime) ?? number(pair?.currentRoundTripTime),
    theirLoss: number(remote?.fractionLost),
    energy: number(source?.totalAudioEnergy),
  };
}

/**
 * Mean opinion score, 1 to 4.4, as G.107 and its annex B estimate it for G.711 with concealment (G.113 appendix I: Ie
 * 0, Bpl 25.1). Times in seconds; `loss` 0 to 1.
 */
export function opinion({
  loss,
  jitter,
  roundTrip,
}: {
  loss: number;
  jitter: number;
  roundTrip: number;
}): number {
  // One way, with a jitter buffer of twice the jitter and 20 ms of packet.
  const delay = 1000 * (roundTrip / 2 + 2 * jitter) + 20;
  const late = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const missing = (95 * 100 * loss) / (100 * loss + 25.1);
  const rating = Math.min(100, Math.max(0, 93.2 - late - missing));
  return 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6;
}

/** Judges readings that were taken one second apart, oldest first, while both sides may talk. */
export function judge(readings: readonly Reading[], muted: boolean): Judgement {
  const [last, first] = [readings.at(-1), readings[0]];
  if (!last || !first || readings.length < 2) return {};
  const unchangedFor = (seconds: number, of: (reading: Reading) => number | undefined) =>
    readings.length > seconds && readings.slice(-seconds - 1).every(reading => of(reading) === of(last));
  // No packet between readings that are two seconds apart: the last one came two to three seconds ago.
  if (unchangedFor(2, ({ received }) => received)) return { quality: 'poor', trouble: 'nothing-arrives' };

  const [received, lost] = [last.received - first.received, Math.max(0, last.lost - first.lost)];
  const { roundTrip = 0, theirLoss = 0, theirJitter = 0 } = last;
  const here = opinion({ loss: lost / Math.max(1, lost + received), jitter: last.jitter, roundTrip });
  const there = opinion({ loss: theirLoss, jitter: theirJitter, roundTrip });
  const quality = qualityOf(Math.min(here, there));
  // A quiet room is never digital silence: the microphone's own switch is off.
  const switchedOff = !muted && last.energy !== undefined && unchangedFor(5, ({ energy }) => energy);
  if (switchedOff) return { quality, trouble: 'microphone-silent' };
  if (quality !== 'poor') return { quality };
  return { quality, trouble: there <= here ? 'not-heard' : 'breaking-up' };
}

/** G.107 annex B: from 4.03 users are satisfied, below 3.1 many are not. */
function qualityOf(score: number): Quality {
  return score >= 4.03 ? 'good' : score >= 3.1 ? 'fair' : 'poor';
}
