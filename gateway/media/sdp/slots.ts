// The m= lines of both sides of a call and which belong together. Lines keep their places during a session
// (RFC 3264 8). A line that only one side can have keeps its place there as refused, and is not part of the
// other side's SDP.

import type { Codec, MediaKind } from './codecs.ts';
import { type MediaSection, valuesOf } from './description.ts';
import { kindOf } from './read.ts';
import type { RefusedText, RtpProfile } from './write.ts';

/** A line that both sides have. */
export interface MediaLine {
  readonly id: number;
  readonly kind: MediaKind;
  /** The browser's last value: a refused place may return with another mid (RFC 8829 5.2.2). */
  mid: string;
  /** With the browser's last numbers. */
  codecs: readonly Codec[];
  /** The gateway's port toward the PBX; 0 until there is one. */
  port: number;
  /** From the PBX's last offer: an answer must repeat it (RFC 3264 6.1). */
  profile: RtpProfile;
}

export type Slot = MediaLine | RefusedText;

export interface Slots {
  readonly browser: readonly Slot[];
  readonly pbx: readonly Slot[];
}

export function slotsOf(browser: readonly Slot[], pbx: readonly Slot[]): Slots {
  return { browser, pbx };
}

export function isLine(slot: Slot | undefined): slot is MediaLine {
  return slot !== undefined && 'id' in slot;
}

/** RFC 8866 9, `token`, of a usual length. */
const TOKEN = /^[\w!#$%&'*+.^`{|}~-]{1,64}$/;

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Keeps the place of a line that is not carried, with safe text only. */
export function refuse(media: MediaSection): RefusedText {
  const { type, protocol } = media;
  const known = isToken(type) && protocol.length <= 64 && protocol.split('/').every(isToken);
  const formats = media.formats.slice(0, 64).filter(isToken);
  const mid = valuesOf(media, 'mid')[0] ?? '';
  return {
    type: known ? type : 'audio',
    protocol: known ? protocol : 'RTP/AVP',
    payloads: known && formats.length > 0 ? formats.join(' ') : '0',
    mid: isToken(mid) ? mid : '',
  };
}

/**
 * The line of an answer for each place. It should be the line in the same place (RFC 3264 6). When that line
 * is refused, broken or of another kind, the next line of the kind that `works` and answers no other place is
 * used.
 */
export function answeredIn(
  media: readonly MediaSection[],
  slots: readonly Slot[],
  works: (media: MediaSection) => boolean,
): ReadonlyMap<Slot, MediaSection> {
  const fits = (slot: Slot | undefined, line: MediaSection) =>
    isLine(slot) && slot.kind === kindOf(line) && works(line);
  const spares = media.filter((line, i) => !fits(slots[i], line));
  const answered = new Map<Slot, MediaSection>();
  slots.forEach((slot, i) => {
    const own = media[i];
    const spare = own && fits(slot, own) ? -1 : spares.findIndex(line => fits(slot, line));
    const line = spare === -1 ? own : spares.splice(spare, 1)[0];
    if (line !== undefined) answered.set(slot, line);
  });
  return answered;
}
