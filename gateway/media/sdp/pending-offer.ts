// An offer from one side to the other, as the answer will need it.

import type { Offered } from './payload-map.ts';
import type { RtpAddress } from './plan.ts';
import type { Direction } from './read.ts';
import type { MediaLine } from './slots.ts';
import type { BrowserTransport } from './transport.ts';
import type { LineText } from './write.ts';

export interface OfferedLine {
  readonly offers: readonly Offered[];
  /** Where the PBX receives, when the PBX offers; null also when it is on hold. */
  readonly remote: RtpAddress | null;
  /** As offered to the other side. */
  readonly text: LineText;
}

/** A pending offer. */
export interface PendingOffer {
  readonly offered: ReadonlyMap<MediaLine, OfferedLine>;
  /** Of the browser, when the browser offers. */
  readonly transport: BrowserTransport | null;
}

/** The addresses of a PBX to which media may be sent. */
export interface PbxNet {
  readonly family: 4 | 6;
  readonly allowed: (address: string) => boolean;
  /**
   * The configuration names networks of PBXs behind NAT: an address that the fence forbids then costs no line
   * and is marked as fenced. The relay decides which packets show the PBX's address (RFC 4961).
   */
  readonly latches?: boolean;
  /** Whether the relay converts codecs that a PBX has and no browser has. */
  readonly transcodes?: boolean;
}

/** The direction with an unspecified c= taken into account (RFC 3264 8.4). */
export function held(direction: Direction, remote: RtpAddress | null): Direction {
  if (remote !== null) return direction;
  return direction === 'sendrecv' || direction === 'sendonly' ? 'sendonly' : 'inactive';
}
