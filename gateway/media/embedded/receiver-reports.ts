// Whether the far side of a line receives what is sent to it, by its RTCP reports (RFC 3550 6.4.1): it does not when we
// send and its highest number does not move, all is lost, or its reports have no block. The last is evidence only of a
// side that is known to write blocks: some never do, whatever they receive.

import type { Hearing } from './rtcp.ts';

/** Fewer packets sent between two reports are no evidence: the stream may have just begun, or paused. */
const enough = 25;
/** Reports that have ceased are no evidence any more; they come every 5 s or so (RFC 3550 6.2). */
const staleMs = 30_000;

export class ReceiverReports {
  #reportedAt = Number.NaN;
  #sent = 0;
  #highest = -1;
  /** A side that has written a block writes one whenever it receives. */
  #writesBlocks = false;
  #deafSince = Number.NaN;

  /** Since when it has received nothing; NaN while it receives or this is unknown. */
  deafSince(now: number): number {
    return now - this.#reportedAt < staleMs ? this.#deafSince : Number.NaN;
  }

  /** A report; `sent` is how many packets have been sent there, ever. */
  heard({ blocks, highest, fraction, writesBlocks }: Hearing, sent: number, now: number): void {
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

  /** Its address has changed: another program may report from now on. */
  moved(sent: number): void {
    this.#writesBlocks = false;
    this.reset(sent);
  }

  /** Nothing is sent there, or to another port: earlier reports do not count. */
  reset(sent: number): void {
    this.#reportedAt = Number.NaN;
    this.#sent = sent;
    this.#deafSince = Number.NaN;
  }
}
