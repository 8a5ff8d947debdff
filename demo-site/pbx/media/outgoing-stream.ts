// One outgoing RTP stream. Generated frames and returned packets have common sequence numbers and timestamps, so the
// receiver's jitter buffer never sees a jump.

import { randomInt } from 'node:crypto';
import { type RtpPacket, writeRtp } from './rtp.ts';

export class OutgoingStream {
  readonly ssrc = randomInt(1, 2 ** 32);
  readonly #ticksPerFrame: number;
  #sequence = randomInt(0, 2 ** 16);
  #timestamp = randomInt(0, 2 ** 32);
  /** The difference from a returned packet's numbers to ours. Undefined if the next packet starts a new run. */
  #shift: { ssrc: number; sequence: number; timestamp: number } | undefined;
  #talking = false;

  /** @param ticksPerFrame RTP clock ticks in 20 ms: 160 for G.711, 960 for opus, 1800 for video */
  constructor(ticksPerFrame: number) {
    this.#ticksPerFrame = ticksPerFrame;
  }

  /** A generated frame of 20 ms. */
  frame(payloadType: number, payload: Buffer): Buffer {
    // RFC 3551 4.1: the first packet after silence has the marker bit.
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

  /** A returned packet: gaps and order stay unchanged. */
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

  /** Nothing is sent for 20 ms: the timestamp advances. */
  pause(): void {
    this.#talking = false;
    this.#shift = undefined;
    this.#timestamp = (this.#timestamp + this.#ticksPerFrame) >>> 0;
  }

  #write(packet: RtpPacket): Buffer {
    // A late packet must not decrease the numbers.
    if (((packet.sequence - this.#sequence) & 0xffff) < 0x8000) {
      this.#sequence = (packet.sequence + 1) & 0xffff;
      this.#timestamp = (packet.timestamp + this.#ticksPerFrame) >>> 0;
    }
    return writeRtp(packet);
  }
}
