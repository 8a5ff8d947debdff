// Whether the far side of a line receives what is sent there, by what its RTCP reports say (RFC 3550 6.4.1): reports
// that come while we send, and in which the highest number stands still, all is lost, or nobody is heard at all.

import type { Hearing } from './rtcp.ts';

/** Fewer packets between two reports prove nothing: the stream may have begun just now, or pause. */
const enough = 25;

export class Reception {
  #reportedAt = Number.NaN;
  #sent = 0;
  #highest = -1;
  /** Since when it has received nothing; NaN while it receives, or nothing is known. */
  deafSince = Number.NaN;

  /** A report; `sent` is how many packets have been sent there, ever. */
  heard({ blocks, highest, fraction }: Hearing, sent: number, now: number): void {
    const between = sent - this.#sent;
    const before = this.#reportedAt;
    const moved = highest >= 0 && highest !== this.#highest && fraction < 255;
    this.#reportedAt = now;
    this.#sent = sent;
    if (highest >= 0) this.#highest = highest;
    // Blocks of streams that are none of ours are somebody else's view, and tell nothing.
    const unknown = highest < 0 && blocks > 0;
    if (moved || unknown || between < enough) this.deafSince = Number.NaN;
    else if (Number.isNaN(this.deafSince)) this.deafSince = Number.isNaN(before) ? now : before;
  }

  /** Directions or addresses have changed: what was said before says nothing of now. */
  reset(sent: number): void {
    this.#reportedAt = Number.NaN;
    this.#sent = sent;
    this.deafSince = Number.NaN;
  }
}
