// The ports and streams of one call: opened for its first offer, adapted to later ones, released at the end.

import { randomInt } from 'node:crypto';
import { writeAnswer } from './answer.ts';
import { type AudioFormat, AudioLeg } from './media/audio-leg.ts';
import { DelayLine } from './media/delay-line.ts';
import type { FrameClock } from './media/frame-clock.ts';
import { RtpPort } from './media/rtp-port.ts';
import { VideoEcho } from './media/video-echo.ts';
import { type AcceptedMedia, type Offer, readOffer } from './offer.ts';

/** About two seconds of video with much motion. */
const maxVideoPackets = 600;

export interface CallMediaOptions {
  readonly address: string;
  readonly clock: FrameClock;
  readonly echoDelayMs: number;
}

export class CallMedia {
  readonly audio: AudioLeg;
  readonly #options: CallMediaOptions;
  readonly #audioPort: RtpPort;
  readonly #sessionId = randomInt(1, 2 ** 31);
  #version = 0;
  #video: { readonly port: RtpPort; readonly echo: VideoEcho; readonly stop: () => void } | undefined;
  #closed = false;
  #answer = '';

  /** Resolves to undefined if the offer has no audio that this PBX supports. */
  static async open(sdp: string, options: CallMediaOptions): Promise<CallMedia | undefined> {
    const offer = readOffer(sdp);
    if (!offer?.audio) return undefined;
    const port = await RtpPort.open(options.address);
    const media = new CallMedia(offer.audio, port, options);
    await media.#adopt(offer);
    return media;
  }

  private constructor(audio: AcceptedMedia, port: RtpPort, options: CallMediaOptions) {
    this.#options = options;
    this.#audioPort = port;
    this.audio = new AudioLeg(port, formatOf(audio));
  }

  /** The last answer. It is also the offer in a 200 to a re-INVITE without an offer. */
  get answer(): string {
    return this.#answer;
  }

  /**
   * Adapts to the offer of a re-INVITE. Returns false if the offer cannot be accepted; nothing changes then (RFC 3264
   * 8).
   */
  async renegotiate(sdp: string): Promise<boolean> {
    const offer = readOffer(sdp);
    if (!offer?.audio || this.#closed) return false;
    await this.#adopt(offer);
    return true;
  }

  close(): void {
    this.#closed = true;
    this.#audioPort.close();
    this.#closeVideo();
  }

  async #adopt(offer: Offer): Promise<void> {
    const audio = offer.audio!;
    this.#audioPort.remote = audio.remote;
    this.audio.format = formatOf(audio);
    if (offer.video) await this.#adoptVideo(offer.video);
    else this.#closeVideo();
    this.#answer = writeAnswer(offer, {
      address: this.#options.address,
      sessionId: this.#sessionId,
      version: ++this.#version,
      audioPort: this.#audioPort.port,
      videoPort: this.#video?.port.port,
    });
  }

  async #adoptVideo(accepted: AcceptedMedia): Promise<void> {
    const sends = sendsTo(accepted);
    if (!this.#video) {
      const { address, clock, echoDelayMs } = this.#options;
      const port = await RtpPort.open(address);
      // The call may have ended in the meantime.
      if (this.#closed) return port.close();
      const echo = new VideoEcho(port, { ...accepted, sends }, new DelayLine(echoDelayMs, maxVideoPackets));
      this.#video = { port, echo, stop: clock.add(() => echo.tick()) };
    }
    this.#video.port.remote = accepted.remote;
    this.#video.echo.payloadType = accepted.payloadType;
    this.#video.echo.sends = sends;
  }

  #closeVideo(): void {
    this.#video?.stop();
    this.#video?.port.close();
    this.#video = undefined;
  }
}

function formatOf(accepted: AcceptedMedia): AudioFormat {
  return { ...accepted, sends: sendsTo(accepted) };
}

function sendsTo({ direction }: AcceptedMedia): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}
