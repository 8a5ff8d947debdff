// The audio of one call: received packets, sorted into speech and digits; sent packets in the negotiated codec. A
// program decides what to play and when.

import { encodeG711, type Law } from './g711.ts';
import { OutgoingStream } from './outgoing-stream.ts';
import { type RtpPacket, readRtp } from './rtp.ts';
import type { RtpPort } from './rtp-port.ts';
import { digits } from './tones.ts';

export interface AudioFormat {
  /** In upper case: PCMU, PCMA, G722, OPUS. */
  readonly codec: string;
  readonly payloadType: number;
  readonly clockRate: number;
  /** Payload type of telephone-event, if the caller sends digits with it. */
  readonly eventType?: number | undefined;
  /** Whether the caller receives audio. False while the caller holds the call. */
  readonly sends: boolean;
}

export class AudioLeg {
  onPacket: (packet: RtpPacket) => void = () => {};
  onDigit: (digit: string) => void = () => {};
  /**
   * Whether a packet has arrived. Then the path from the caller works, and the path to the caller probably works too.
   */
  hasReceived = false;
  readonly #port: RtpPort;
  #format: AudioFormat;
  #stream: OutgoingStream;
  #lastEvent: number | undefined;

  constructor(port: RtpPort, format: AudioFormat) {
    this.#port = port;
    this.#format = format;
    this.#stream = streamFor(format);
    port.onRtp = bytes => this.#received(bytes);
  }

  /**
   * The G.711 law in which frames can be played and packets decoded. Undefined if packets of this codec are only sent
   * back.
   */
  get law(): Law | undefined {
    const { codec } = this.#format;
    return codec === 'PCMU' || codec === 'PCMA' ? codec : undefined;
  }

  /** Set by a re-INVITE. Another clock rate starts another stream. */
  set format(format: AudioFormat) {
    if (format.clockRate !== this.#format.clockRate) this.#stream = streamFor(format);
    this.#format = format;
  }

  /** Plays 20 ms. Does nothing without a law. */
  play(frame: Int16Array): void {
    const { sends, payloadType } = this.#format;
    if (!this.law || !sends) this.#stream.pause();
    else this.#port.sendRtp(this.#stream.frame(payloadType, encodeG711(this.law, frame)));
  }

  sendBack(packet: RtpPacket): void {
    if (this.#format.sends) this.#port.sendRtp(this.#stream.returned(packet));
  }

  #received(bytes: Buffer): void {
    const packet = readRtp(bytes);
    if (!packet) return;
    this.hasReceived = true;
    if (packet.payloadType === this.#format.payloadType) this.onPacket(packet);
    else if (packet.payloadType === this.#format.eventType) this.#event(packet);
  }

  /** RFC 4733 2.5.1.4: all packets of one event have the same timestamp, and the last one is sent three times. */
  #event({ payload, timestamp }: RtpPacket): void {
    const ends = payload.length >= 4 && (payload[1]! & 0x80) !== 0;
    if (!ends || timestamp === this.#lastEvent) return;
    this.#lastEvent = timestamp;
    const digit = digits[payload[0]!];
    if (digit) this.onDigit(digit);
  }
}

function streamFor({ codec, clockRate }: AudioFormat): OutgoingStream {
  // RFC 3551 4.5.2: G.722 samples at 16 kHz, but its RTP clock rate is 8,000.
  return new OutgoingStream(codec === 'G722' ? 160 : clockRate / 50);
}
