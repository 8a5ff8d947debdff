// What a test of the sound has come to, from levels and figures alone: whether the visitor was heard, and whether what
// they said came back. Pure; sound-test.ts measures, before-call.ts tells.
import type { EndReason } from '../call/call-store.ts';

/** Ten of these a second. Levels are 0 to 1, as level.ts measures them. */
export interface Sample {
  readonly mine: number;
  readonly returned: number;
  /** Packets that came back since the test began. */
  readonly received: number;
  /** Seconds; undefined until the browser knows. */
  readonly roundTrip?: number | undefined;
}

export interface Findings {
  readonly samples: number;
  /** The sample in which the microphone first heard something. */
  readonly spokeAt?: number;
  readonly received: number;
  /** Sound was measured in what came back. */
  readonly back: boolean;
  /** Milliseconds. */
  readonly roundTrip?: number;
}

export type SoundTrial =
  | { readonly step: 'untried' | 'asking' | 'connecting' }
  | { readonly step: 'listening' | 'over'; readonly findings: Findings }
  /** `allowed`: the microphone that it failed for has since been. */
  | { readonly step: 'failed'; readonly reason: EndReason; readonly allowed: boolean };

export type Verdict = 'speak' | 'works' | 'silent' | 'lost';

export const noFindings: Findings = { samples: 0, received: 0, back: false };

/** -44 dB of full scale: above a quiet room, below a whisper. */
const audible = 0.15;
/** Samples that a visitor may think, and that sound may travel, before either is called missing. */
const patience = 40;

export function findingsAfter(before: Findings, { mine, returned, received, roundTrip }: Sample): Findings {
  const samples = before.samples + 1;
  const spokeAt = before.spokeAt ?? (mine >= audible ? samples : undefined);
  return {
    samples,
    received,
    back: before.back || (spokeAt !== undefined && received > 0 && returned >= audible),
    ...(spokeAt !== undefined && { spokeAt }),
    ...(roundTrip === undefined
      ? before.roundTrip !== undefined && { roundTrip: before.roundTrip }
      : { roundTrip: Math.round(roundTrip * 1000) }),
  };
}

/** `over`: nothing more is to come. */
export function verdict({ samples, spokeAt, received, back }: Findings, over: boolean): Verdict {
  if (back) return 'works';
  // A microphone sends packets whether or not anybody speaks.
  if (received === 0) return samples > patience || over ? 'lost' : 'speak';
  if (spokeAt === undefined) return samples > patience || over ? 'silent' : 'speak';
  return samples - spokeAt > patience || over ? 'lost' : 'speak';
}
