// Answers a browser's offer for an echo: its first audio line, in the offered codecs, sent back unchanged.

import { MediaError } from '../relay.ts';
import { isEvent } from './codecs.ts';
import { offerForPbx } from './offer.ts';
import type { EchoPlan } from './plan.ts';
import type { Direction } from './read.ts';
import { isLine, type Slots } from './slots.ts';
import type { BrowserTransport } from './transport.ts';
import type { LineText, RefusedText } from './write.ts';

export interface EchoAnswer {
  readonly lines: readonly (LineText | RefusedText)[];
  readonly slots: Slots;
  readonly transport: BrowserTransport;
  readonly plan: EchoPlan;
}

/** A side that does not send or does not receive limits the direction (RFC 3264 6.1). */
const answers: Readonly<Record<Direction, Direction>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'inactive',
  inactive: 'inactive',
};

export function answerWithEcho(sdp: string, before: Slots, nextId: () => number): EchoAnswer {
  const { draft, slots } = offerForPbx(sdp, before, nextId);
  const plan = new Array<number | null>(128).fill(null);
  let answered = false;
  const lines = slots.browser.map((slot): LineText | RefusedText => {
    const offered = isLine(slot) ? draft.offered.get(slot) : undefined;
    if (!isLine(slot)) return slot;
    if (!offered || slot.kind !== 'audio' || answered) {
      const payloads = slot.codecs.map(codec => codec.type).join(' ') || '0';
      return { type: slot.kind, protocol: 'UDP/TLS/RTP/SAVPF', payloads, mid: slot.mid };
    }
    answered = true;
    for (const codec of slot.codecs) plan[codec.type] = isEvent(codec) ? 0 : codec.rate;
    return { ...offered.text, direction: answers[offered.text.direction] };
  });
  if (!answered || draft.transport === null)
    throw new MediaError('the offer has no audio', 488, 'no-common-codec');
  return { lines, slots, transport: draft.transport, plan };
}
