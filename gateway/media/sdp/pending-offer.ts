// An offer on its way from one side to the other, as the answer will need it.

import type { Offered } from './payload-map.ts';
import type { RtpAddress } from './plan.ts';
import type { Direction } from './read.ts';
import type { Line } from './slots.ts';
import type { BrowserTransport } from './transport.ts';
import type { LineText } from './write.ts';

export interface OfferedLine {
  readonly offers: readonly Offered[];
  /** Where the PBX listens, when it is the PBX that offers; null also when it is on hold. */
  readonly remote: RtpAddress | null;
  /** As offered to the other side. */
  readonly text: LineText;
}

/** An offer under way. */
export interface PendingOffer {
  readonly offered: ReadonlyMap<Line, OfferedLine>;
  /** Of the browser, when it is the one that offers. */
  readonly transport: BrowserTransport | null;
}

/** Which addresses of a PBX we may send to. */
export interface PbxNet {
  readonly family: 4 | 6;
  readonly allowed: (address: string) => boolean;
  /**
   * The owner has named networks of PBXs behind NAT: SDP without an address that may be sent to costs no line, and is
   * marked as fenced. Whose packets show where the PBX is, the relay judges (RFC 4961).
   */
  readonly latches?: boolean;
  /** The relay converts what a PBX has and no browser does. */
  readonly transcodes?: boolean;
}

/** What an unspecified c= means is said by direction from here on (RFC 3264 8.4). */
export function held(direction: Direction, remote: RtpAddress | null): Direction {
  if (remote !== null) return direction;
  return direction === 'sendrecv' || direction === 'sendonly' ? 'sendonly' : 'inactive';
}
