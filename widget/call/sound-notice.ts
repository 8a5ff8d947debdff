// What the gateway tells in mid-call of sound that goes one way only: INFO (RFC 6086) of a package of our own.
import type { OneWay } from './quality.ts';

/** The INVITE says that we take it. */
export const takesSound = 'Recv-Info: sip-call-sound';

/** What is missing; undefined when sound goes both ways, and for words of a later gateway. */
export function readSound(body: string | undefined): OneWay | undefined {
  return body === 'not-reaching' || body === 'nothing-arrives' ? body : undefined;
}
