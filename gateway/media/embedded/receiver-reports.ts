// Detects from RTCP reports (RFC 3550 6.4.1) that the far side of a line receives nothing: packets are sent
// and the highest number in its reports does not move, all packets are lost, or its reports have no block. A
// report without a block is evidence only of a side that is known to write blocks: some sides never write
// any.

import type { Reception } from './rtcp.ts';

/** Fewer packets between two reports are no evidence: the stream may have just begun, or paused. */
const enough = 25;
/** Older reports are no evidence: reports come about every 5 s (RFC 3550 6.2). */
const staleMs = 30_000;

export class ReceiverReports {
  #reportedAt = Number.NaN;
  #sent = 0;
  #highest = -1;
  /** A side that has written one block writes one whenever it receives packets. */
  #writesBlocks = false;
  #deafSince = Number.NaN;

  /** The time since when the side has received nothing; NaN while it receives or this is unknown. */
  deafSince(now: number): number {
    return now - this.#reportedAt < staleMs ? this.#deafSince : Number.NaN;
  }

  /** Takes a report; `sent` is the total of packets sent to this side. */
  received({ blocks, highest, fraction, writesBlocks }: Reception, sent: number, now: number): void {
    const between = sent - this.#sent;
    const before = this.#reportedAt;
    const moved = highest >= 0 && highest !== this.#highest && fraction < 255;
    this.#writesBlocks ||= writesBlocks || blocks > 0;
    this.#reportedAt = now;
    this.#sent = sent;
    if (highest >= 0) this.#highest = highest;
    // Blocks about other streams only are no evidence.
    const unknown = highest < 0 && (blocks > 0 || !this.#writesBlocks);
    if (moved || unknown || between < enough) this.#deafSince = Number.NaN;
    else if (Number.isNaN(this.#deafSince)) this.#deafSince = Number.isNaN(before) ? now : before;
  }

  /** The address of the side has changed: another program may report from now on. */
  moved(sent: number): void {
    this.#writesBlocks = false;
    this.reset(sent);
  }

  /** Nothing is sent to the side, or its port has changed: earlier reports do not count. */
  reset(sent: number): void {
    this.#reportedAt = Number.NaN;
    this.#sent = sent;
    this.#deafSince = Number.NaN;
  }
}
