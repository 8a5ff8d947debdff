// How good the sound is, from the connection's own figures: a short form of the E-model (ITU-T G.107) and what to
// say when one side hears nothing. Pure: readings in, a judgement out; call-watch.ts takes the readings.

export type Quality = 'good' | 'fair' | 'poor';
/** What the gateway notices, which sees both ways. */
export type OneWay = 'nothing-arrives' | 'not-reaching';
export type Trouble = OneWay | 'not-heard' | 'microphone-silent' | 'breaking-up';

/** What `getStats` said at one moment. Packets are counted from the call's beginning. */
export interface Reading {
  readonly received: number;
  readonly lost: number;
  /** Seconds, in and out; out is unknown until the other side reports (RFC 3550 6.4.1). */
  readonly jitter: number;
  readonly theirJitter?: number;
  /** Seconds. */
  readonly roundTrip?: number;
  /** Of what we sent, the part that did not arrive, 0 to 1. */
  readonly theirLoss?: number;
  /** Energy of what the microphone heard so far; undefined where the browser does not tell. */
  readonly heard?: number;
}

export interface Judgement {
  readonly quality?: Quality;
  readonly trouble?: Trouble;
}

/** Readings a second apart that `judge` wants at most. */
export const readingsKept = 6;

/** A reading of one connection's sound; undefined until there is any. */
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
    heard: number(source?.totalAudioEnergy),
  };
}

/**
 * Mean opinion score, 1 to 4.4, as G.107 and its annex B estimate it for G.711 with concealment (G.113 appendix I:
 * Ie 0, Bpl 25.1). Seconds; `loss` 0 to 1.
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

/** Judges readings taken a second apart, oldest first, of a call in which both may talk. */
export function judge(readings: readonly Reading[], muted: boolean): Judgement {
  const [last, first] = [readings.at(-1), readings[0]];
  if (!last || !first || readings.length < 2) return {};
  const silent = (seconds: number, of: (reading: Reading) => number | undefined) =>
    readings.length > seconds && readings.slice(-seconds - 1).every(reading => of(reading) === of(last));
  // Two seconds apart and nothing new: what came last is older than two seconds and younger than three.
  if (silent(2, ({ received }) => received)) return { quality: 'poor', trouble: 'nothing-arrives' };

  const [received, lost] = [last.received - first.received, Math.max(0, last.lost - first.lost)];
  const { roundTrip = 0, theirLoss = 0, theirJitter = 0 } = last;
  const here = opinion({ loss: lost / Math.max(1, lost + received), jitter: last.jitter, roundTrip });
  const there = opinion({ loss: theirLoss, jitter: theirJitter, roundTrip });
  const quality = named(Math.min(here, there));
  // Not a quiet room, which is never digital silence, but a microphone whose own switch is off.
  const off = !muted && last.heard !== undefined && silent(5, ({ heard }) => heard);
  if (off) return { quality, trouble: 'microphone-silent' };
  if (quality !== 'poor') return { quality };
  return { quality, trouble: there <= here ? 'not-heard' : 'breaking-up' };
}

/** G.107 annex B: from 4.03 users are satisfied, below 3.1 many are not. */
function named(score: number): Quality {
  return score >= 4.03 ? 'good' : score >= 3.1 ? 'fair' : 'poor';
}
