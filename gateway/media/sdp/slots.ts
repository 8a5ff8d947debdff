// The m= lines of both sides of a call and which is which. Lines keep their places for
// the life of a session (RFC 3264 8); a line that only one side can have keeps its place
// there as refused, and the other side never hears of it.

import type { MediaDescription } from 'sdp-transform';
import type { Codec, Kind } from './codecs.ts';
import type { RefusedText } from './write.ts';

/** A line that both sides have. */
export interface Line {
  readonly id: number;
  readonly kind: Kind;
  /** As the browser last said it: a place that was refused may come back under another (RFC 8829 5.2.2). */
  mid: string;
  /** Under the browser's numbers, as it last said them. */
  codecs: readonly Codec[];
  /** Ours towards the PBX; 0 until it has one. */
  port: number;
}

export type Slot = Line | RefusedText;

export interface Slots {
  readonly browser: readonly Slot[];
  readonly pbx: readonly Slot[];
}

export function slotsOf(browser: readonly Slot[], pbx: readonly Slot[]): Slots {
  return { browser, pbx };
}

export function isLine(slot: Slot | undefined): slot is Line {
  return slot !== undefined && 'id' in slot;
}

/** Keeps the place of what we do not carry. */
export function refuse(media: MediaDescription): RefusedText {
  return {
    type: media.type,
    protocol: media.protocol,
    payloads: String(media.payloads ?? '0'),
    mid: String(media.mid ?? ''),
  };
}
