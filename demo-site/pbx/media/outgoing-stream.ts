// One RTP stream of ours: own frames and packets sent back to their sender run under one numbering,
// so the listener never sees a jump that would make a jitter buffer start anew.

import { randomInt } from 'node:crypto';
import { type RtpPacket, writeRtp } from './rtp.ts';

export class OutgoingStream {
  readonly ssrc = randomInt(1, 2 ** 32);
  readonly #ticksPerFrame: number;
  #sequence = randomInt(0, 2 ** 16);
  #timestamp = randomInt(0, 2 ** 32);
  /** From a returned packet's numbers to ours; unset where the next packet begins a run of its own. */
  #shift: { ssrc: number; sequence: number; timestamp: number } | undefined;
  #talking = false;

  /** @param ticksPerFrame RTP clock ticks in 20 ms: 160 for G.711, 960 for opus, 1800 for video */
  constructor(ticksPerFrame: number) {
    this.#ticksPerFrame = ticksPerFrame;
  }

  /** A frame of our own making, of 20 ms. */
  frame(payloadType: number, payload: Buffer): Buffer {
    // RFC 3551 4.1: the first packet after silence carries the marker.
    const marker = !this.#talking || this.#shift !== undefined;
    this.#shift = undefined;
    this.#talking = true;
    return this.#write({
      payloadType,
      marker,
      sequence: this.#sequence,
      timestamp: this.#timestamp,
      ssrc: this.ssrc,
      payload,
    });
  }

  /** A packet on its way back: its gaps and its order stay as they were. */
  returned(packet: RtpPacket): Buffer {
    let { marker } = packet;
    if (this.#shift?.ssrc !== packet.ssrc) {
      marker = true;
      this.#shift = {
        ssrc: packet.ssrc,
        sequence: this.#sequence - packet.sequence,
        timestamp: this.#timestamp - packet.timestamp,
      };
    }
    const sequence = (packet.sequence + this.#shift.sequence) & 0xffff;
    const timestamp = (packet.timestamp + this.#shift.timestamp) >>> 0;
    return this.#write({ ...packet, marker, sequence, timestamp, ssrc: this.ssrc });
  }

  /** Nothing is being sent: time goes on. */
  pause(): void {
    this.#talking = false;
    this.#shift = undefined;
    this.#timestamp = (this.#timestamp + this.#ticksPerFrame) >>> 0;
  }

  #write(packet: RtpPacket): Buffer {
    // A late packet must not turn the numbering back.
    if (((packet.sequence - this.#sequence) & 0xffff) < 0x8000) {
      this.#sequence = (packet.sequence + 1) & 0xffff;
      this.#timestamp = (packet.timestamp + this.#ticksPerFrame) >>> 0;
    }
    return writeRtp(packet);
  }
}
