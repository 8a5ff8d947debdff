// A call without a second leg: the relay returns the browser's packets to it, so that visitors hear
// themselves. Sends no more than it received, and only to an address that the browser leg has validated.

import { randomInt } from 'node:crypto';
import type { EchoPlan } from '../sdp/plan.ts';
import { StreamStatistics } from './receive-statistics.ts';
import { rtpHeaderLength, stripExtension } from './rtp.ts';

export class EchoStream {
  readonly fromBrowser = new StreamStatistics();
  /** RFC 3550 8.2: a receiver that sees its own SSRC detects a loop, so the echo has a different SSRC. */
  readonly #mask = randomInt(1, 2 ** 32);
  readonly #plan: EchoPlan;

  constructor(plan: EchoPlan) {
    this.#plan = plan;
  }

  /**
   * Converts `packet[0, length)` into its echo in place. Returns the start of the packet, or -1 for a packet
   * without an echo.
   */
  turn(packet: Buffer, length: number, now: number): number {
    const clock = this.#plan[packet[1]! & 0x7f] ?? null;
    const headerLength = rtpHeaderLength(packet, length);
    if (clock === null || headerLength < 0) return -1;
    const start = stripExtension(packet, headerLength);
    this.fromBrowser.count(packet, start, length - start, now, clock);
    packet.writeUInt32BE((packet.readUInt32BE(start + 8) ^ this.#mask) >>> 0, start + 8);
    return start;
  }
}
