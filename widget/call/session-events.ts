// Maps events of a JsSIP session to events of the store: ringing, hold by the other side, mute, and the gateway's notice
// of sound that goes one way only: INFO (RFC 6086) of a package of our own. Beginning and end of a call are in phone.ts.
import type { SoundPackage } from '../../contract/sip.ts';
import type { CallEvent } from './call-store.ts';
import type { IncomingEvent, OutgoingEvent } from './jssip.ts';
import type { OneWay } from './quality.ts';

/** A header of the INVITE: the page accepts the gateway's notice. */
export const takesSound = 'Recv-Info: sip-call-sound' satisfies `Recv-Info: ${SoundPackage}`;

/** What is missing; undefined when sound goes both ways, and for words of a later gateway. */
export function readSound(body: string | undefined): OneWay | undefined {
  return body === 'not-reaching' || body === 'nothing-arrives' ? body : undefined;
}

/** What is needed of the media lines (media-lines.ts). */
interface Lines {
  readonly offering: boolean;
  holdByThem(on: boolean): boolean;
}

interface Originator {
  readonly originator: string;
}

/** `lines`: undefined until there is a connection. */
export function sessionEvents(report: (event: CallEvent) => void, lines: () => Lines | undefined) {
  const heldByThem = ({ originator }: Originator, on: boolean) => {
    const held = originator === 'remote' ? lines()?.holdByThem(on) : undefined;
    if (held !== undefined) report({ type: 'held-by-them', on: held });
  };
  return {
    progress: (event: IncomingEvent | OutgoingEvent) => {
      const { response } = event as OutgoingEvent;
      const earlyMedia = Boolean(response.body);
      // 183 without a body means only "wait"; 180 means that the telephone rings.
      if (response.status_code === 180 || earlyMedia) report({ type: 'rang', earlyMedia });
    },
    // JsSIP answers 491 itself and accepts the offer nevertheless.
    reinvite: ({ reject }: { reject(answer: { status_code: number }): void }) => {
      if (lines()?.offering) reject({ status_code: 491 });
    },
    hold: (event: Originator) => heldByThem(event, true),
    unhold: (event: Originator) => heldByThem(event, false),
    newInfo: ({ originator, info }: Originator & { info: { body?: string } }) => {
      if (originator === 'remote') report({ type: 'one-way', missing: readSound(info.body) });
    },
    muted: () => report({ type: 'muted', on: true }),
    unmuted: () => report({ type: 'muted', on: false }),
  };
}
