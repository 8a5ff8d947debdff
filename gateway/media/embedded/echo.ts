// A call without another side: what the browser sends goes back to it, so that a visitor
// hears themselves. Never more than came, and only to where it came from: the browser leg
// has proved that.

import { randomInt } from 'node:crypto';
import type { EchoPlan } from '../sdp/plan.ts';
import { StreamStatistics } from './receive-statistics.ts';
import { rtpHeaderLength, stripExtension } from './rtp.ts';

export class Echo {
  readonly fromBrowser = new StreamStatistics();
  /** RFC 3550 8.2: whoever hears a source with their own SSRC has met a loop; an echo has another. */
  readonly #mask = randomInt(1, 2 ** 32);
  readonly #plan: EchoPlan;

  constructor(plan: EchoPlan) {
    this.#plan = plan;
  }

  /** Makes the answer out of `packet[0, length)` in place; its start, or -1 for what is not answered. */
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
