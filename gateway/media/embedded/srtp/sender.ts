// The sending half of an SRTP session: gives each packet its index and encrypts it. A sequence that restarts
// (a PBX that changes its source under one SSRC) continues where the old one ended: an index never goes far
// back under one key, because the receiver would drop the packet as a replay and the keystream would be used
// twice.

import { rtpHeaderLength } from '../rtp.ts';
import { nearestIndex } from './receiver.ts';
import type { SrtpTransform } from './transform.ts';

const maxStreams = 1024;
/** A number further back than this is a restarted sequence, not a late packet (RFC 3550 A.1). */
const maxLate = 512;

interface SenderState {
  highest: number;
  /** Added to incoming sequence numbers. */
  shift: number;
}

export class SrtpSender {
  readonly #transform: SrtpTransform;
  readonly #rtp = new Map<number, SenderState>();
  #rtcpIndex = 0;

  constructor(transform: SrtpTransform) {
    this.#transform = transform;
  }

  /**
   * Encrypts the RTP packet `packet[start, end)` into `out`. Returns the length, or -1 for a packet to drop.
   * A repeated packet is encrypted again under its earlier index, as libsrtp does for WebRTC: a video source
   * answers NACK by sending the packet again.
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

  /** Encrypts a compound RTCP packet into `out`. Returns the length. */
  rtcp(packet: Buffer, out: Buffer): number {
    this.#rtcpIndex = (this.#rtcpIndex + 1) & 0x7fffffff;
    return this.#transform.sealRtcp(packet, packet.readUInt32BE(4), this.#rtcpIndex, out);
  }
}
