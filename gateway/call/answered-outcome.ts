// The outcome of an answered call: with sound, or without, and why.

import type { MediaReport } from '../media/relay.ts';
import { type Cause, cause } from './cause.ts';
import { oneWayCause, soundCodes } from './one-way-cause.ts';
import { type Ending, type Outcome, outcome } from './outcome.ts';

export interface Talk {
  readonly ending: Ending | undefined;
  readonly server: string;
  readonly seconds: number;
  readonly media: MediaReport;
  /** The cause that the relay reported when it could not carry the call. */
  readonly mediaFault: Cause | undefined;
  /** The gateway's own media ports toward the PBX, as a text. */
  readonly ports: string;
}

/** A time without a packet that is longer than a pause in speech. */
const SILENT_SECONDS = 8;

export function answeredOutcome(talk: Talk): Outcome {
  return outcome('answered', endingCause(talk) ?? soundCause(talk));
}

function endingCause({ ending, server, mediaFault }: Talk): Cause | undefined {
  switch (ending) {
    case 'media-failed':
      return mediaFault;
    case 'media-lost':
      return mediaFault?.side === 'gateway' ? mediaFault : cause('visitor-lost');
    case 'visitor-lost':
      return cause('visitor-lost');
    case 'pbx-lost':
      return cause('pbx-lost', { server });
    case 'engine-lost':
      return cause('engine-away');
    case 'gateway-failed':
      return cause('internal');
    default:
      return undefined;
  }
}

/** One-way sound counts where it lasted for half of the talk or longer. */
function soundCause({ media, seconds, server, ports }: Talk): Cause | undefined {
  // A browser that sends proves that the relay carries packets: then it is those of the PBX that do not arrive.
  const carries = media.browser.packets > 0;
  if (carries && seconds >= SILENT_SECONDS && media.pbx.packets === 0)
    return cause('no-sound-from-pbx', { server, ports });
  const lasting = media.oneWay?.filter(({ ms }) => ms * 2 >= seconds * 1000) ?? [];
  // The PBX first: the owner can fix a fault there.
  const [worst] = [
    ...lasting.filter(({ leg }) => leg === 'pbx' && carries),
    ...lasting.filter(({ leg }) => leg === 'browser'),
  ];
  return worst && oneWayCause(worst, { server, ports });
}

/** Whether the two sides could talk, or the call ended without a fault. */
export function isSuccess({ code, cause: why }: Outcome): boolean {
  if (code !== 'answered') return why?.side === undefined;
  return !(why && soundless.has(why.code));
}

const soundless: ReadonlySet<string> = new Set([
  ...soundCodes,
  'relay-failed',
  'visitor-network-blocks-media',
]);
