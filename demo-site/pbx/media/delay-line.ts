// Delays returned packets: an echo without a delay is not recognized as one.

import type { RtpPacket } from './rtp.ts';

export class DelayLine {
  readonly #delayMs: number;
  readonly #maxPackets: number;
  readonly #now: () => number;
  #held: { readonly packet: RtpPacket; readonly due: number }[] = [];

  constructor(delayMs: number, maxPackets: number, now: () => number = () => performance.now()) {
    this.#delayMs = delayMs;
    this.#maxPackets = maxPackets;
    this.#now = now;
  }

  /** Drops the packet if too many are waiting. */
  push(packet: RtpPacket): void {
    if (this.#held.length < this.#maxPackets) this.#held.push({ packet, due: this.#now() + this.#delayMs });
  }

  /** The packets whose delay is over, in the order of arrival. */
  due(): RtpPacket[] {
    const now = this.#now();
    const count = this.#held.findIndex(({ due }) => due > now);
    return this.#held.splice(0, count < 0 ? this.#held.length : count).map(({ packet }) => packet);
  }

  clear(): void {
    this.#held = [];
  }
}
