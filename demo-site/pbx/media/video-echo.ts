// Sends video back to its sender, and passes on the sender's request for a key frame, because the sender's own camera
// produces it.

import type { DelayLine } from './delay-line.ts';
import { OutgoingStream } from './outgoing-stream.ts';
import { asksForPicture, pictureLoss, readRtp } from './rtp.ts';
import type { RtpPort } from './rtp-port.ts';

const ticksPerFrame = 1_800;

export class VideoEcho {
  payloadType: number;
  sends: boolean;
  readonly #port: RtpPort;
  readonly #delay: DelayLine;
  readonly #stream = new OutgoingStream(ticksPerFrame);
  #source: number | undefined;

  constructor(port: RtpPort, format: { payloadType: number; sends: boolean }, delay: DelayLine) {
    this.#port = port;
    this.#delay = delay;
    this.payloadType = format.payloadType;
    this.sends = format.sends;
    port.onRtp = bytes => {
      const packet = readRtp(bytes);
      if (packet?.payloadType !== this.payloadType) return;
      this.#source = packet.ssrc;
      this.#delay.push(packet);
    };
    port.onRtcp = bytes => {
      if (this.#source === undefined || !asksForPicture(bytes)) return;
      port.sendRtcp(pictureLoss(this.#stream.ssrc, this.#source));
    };
  }

  /** Every 20 ms. */
  tick(): void {
    for (const packet of this.#delay.due()) {
      if (this.sends) this.#port.sendRtp(this.#stream.returned(packet));
    }
  }
}
