// One-way sound as a cause of the catalogue: at which side it shows, and in which direction.

import type { Leg, OneWayCause } from '../media/relay.ts';
import { type Cause, cause } from './cause.ts';

/** One-way sound at one side of a call. */
export interface OneWaySide {
  readonly leg: Leg;
  readonly cause: OneWayCause;
}

const codes = {
  pbx: { 'sends-nothing': 'no-sound-from-pbx', 'hears-nothing': 'no-sound-to-pbx' },
  browser: { 'sends-nothing': 'no-sound-from-visitor', 'hears-nothing': 'no-sound-to-visitor' },
} as const satisfies Readonly<Record<Leg, Readonly<Record<OneWayCause, string>>>>;

export const soundCodes: readonly string[] = Object.values(codes).flatMap(ways => Object.values(ways));

/** `ports`: the gateway's own media ports toward the PBX, in words. */
export function oneWayCause(
  { leg, cause: kind }: OneWaySide,
  details: { readonly server: string; readonly ports: string },
): Cause {
  return cause(codes[leg][kind], details);
}
