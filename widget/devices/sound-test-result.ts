// The result of a sound test, from levels and statistics: whether the microphone heard the visitor, and whether their
// voice came back. Pure; sound-test.ts measures, card/sound-check.ts shows it.
import type { EndReason } from '../call/call-store.ts';

/** Ten per second. Levels are 0 to 1, as level.ts measures them. */
export interface Sample {
  readonly local: number;
  readonly returned: number;
  /** Packets that came back since the test began. */
  readonly received: number;
  /** Seconds; undefined until the browser reports it. */
  readonly roundTrip?: number | undefined;
}

export interface Findings {
  readonly samples: number;
  /** The number of the sample in which the microphone first heard something. */
  readonly spokeAt?: number;
  readonly received: number;
  /** The returned audio was audible. */
  readonly back: boolean;
  /** Milliseconds. */
  readonly roundTrip?: number;
}

export type SoundTestState =
  | { readonly step: 'untried' | 'asking' | 'connecting' }
  | { readonly step: 'listening' | 'over'; readonly findings: Findings }
  /** `allowed`: the microphone that was refused or missing is available now. */
  | { readonly step: 'failed'; readonly reason: EndReason; readonly allowed: boolean };

export type Verdict = 'speak' | 'works' | 'silent' | 'lost';

export const noFindings: Findings = { samples: 0, received: 0, back: false };

/** -44 dB of full scale: louder than a quiet room, quieter than a whisper. */
const audible = 0.15;
/** Samples until the voice, or the returned audio, counts as missing. */
const samplesAllowed = 40;

export function findingsAfter(
  previous: Findings,
  { local, returned, received, roundTrip }: Sample,
): Findings {
  const samples = previous.samples + 1;
  const spokeAt = previous.spokeAt ?? (local >= audible ? samples : undefined);
  return {
    samples,
    received,
    back: previous.back || (spokeAt !== undefined && received > 0 && returned >= audible),
    ...(spokeAt !== undefined && { spokeAt }),
    ...(roundTrip === undefined
      ? previous.roundTrip !== undefined && { roundTrip: previous.roundTrip }
      : { roundTrip: Math.round(roundTrip * 1000) }),
  };
}

/** `over`: no more samples will come. */
export function verdict({ samples, spokeAt, received, back }: Findings, over: boolean): Verdict {
  if (back) return 'works';
  // A microphone sends packets in silence too.
  if (received === 0) return samples > samplesAllowed || over ? 'lost' : 'speak';
  if (spokeAt === undefined) return samples > samplesAllowed || over ? 'silent' : 'speak';
  return samples - spokeAt > samplesAllowed || over ? 'lost' : 'speak';
}
