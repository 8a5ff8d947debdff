// The sending half of an SRTP session: gives each packet its index and seals it. A
// sequence that starts again (a PBX that changes its source under one SSRC) is moved
// on to where the old one ended: an index never goes backwards far under one key, for
// then the receiver drops it as a replay and the keystream would be used twice.

import { rtpHeaderLength } from '../rtp.ts';
import { nearestIndex } from './receiver.ts';
import type { SrtpTransform } from './transform.ts';

const maxStreams = 1024;
/** Further back than this is not a late packet but a sequence begun anew (RFC 3550 A.1). */
const maxLate = 512;

interface Outgoing {
  highest: number;
  /** Added to the sequence numbers that come in. */
  shift: number;
}

export class SrtpSender {
  readonly #transform: SrtpTransform;
  readonly #rtp = new Map<number, Outgoing>();
  #rtcpIndex = 0;

  constructor(transform: SrtpTransform) {
    this.#transform = transform;
  }

  /**
   * Seals the RTP packet `packet[start, end)` into `out`, and returns the length; -1 for a
   * packet to drop. A repeated packet is sealed again under the index it had, as
   * libsrtp does for WebRTC: a video source answers NACK by sending it again.
   */
  rtp(packet: Buffer, start: number, end: number, out: Buffer): number {
    const view = start === 0 ? packet : packet.subarray(start);
    const headerLength = rtpHeaderLength(view, end - start);
    if (headerLength < 0) return -1;
    const ssrc = view.readUInt32BE(8);
    let stream = this.#rtp.get(ssrc);
    const came = view.readUInt16BE(2);
    if (stream === undefined) {
      if (this.#rtp.size >= maxStreams) return -1;
      stream = { highest: came, shift: 0 };
      this.#rtp.set(ssrc, stream);
    }
    let seq = (came + stream.shift) & 0xffff;
    let index = nearestIndex(stream.highest, seq);
    if (index < stream.highest - maxLate) {
      index = stream.highest + 1;
      seq = index % 0x10000;
      stream.shift = (seq - came) & 0xffff;
    }
    if (index > stream.highest) stream.highest = index;
    if (seq !== came) view.writeUInt16BE(seq, 2);
    const roc = Math.floor(index / 0x10000);
    return this.#transform.sealRtp(packet, start, end, headerLength, ssrc, roc, seq, out);
  }

  /** Seals a compound RTCP packet into `out`, and returns the length. */
  rtcp(packet: Buffer, out: Buffer): number {
    this.#rtcpIndex = (this.#rtcpIndex + 1) & 0x7fffffff;
    return this.#transform.sealRtcp(packet, packet.readUInt32BE(4), this.#rtcpIndex, out);
  }
}
