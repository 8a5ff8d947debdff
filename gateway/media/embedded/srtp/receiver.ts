// The receiving half of an SRTP session: finds the index of each packet, refuses replays, decrypts authentic
// packets (RFC 3711 3.3, 3.4). One window per SSRC. An SSRC is stored only after an authentic packet, and the
// number of SSRCs is limited.

import { rtpHeaderLength } from '../rtp.ts';
import { ReplayWindow } from './replay-window.ts';
import type { SrtpTransform } from './transform.ts';

const maxStreams = 64;
const seqs = 0x10000;

export class SrtpReceiver {
  readonly #transform: SrtpTransform;
  readonly #rtp = new Map<number, ReplayWindow>();
  readonly #rtcp = new Map<number, ReplayWindow>();

  constructor(transform: SrtpTransform) {
    this.#transform = transform;
  }

  /** Decrypts an SRTP packet in place. Returns the plain length, or -1 for a packet to drop. */
  rtp(packet: Buffer): number {
    const headerLength = rtpHeaderLength(packet, packet.length);
    if (headerLength < 0) return -1;
    const ssrc = packet.readUInt32BE(8);
    const seq = packet.readUInt16BE(2);
    const known = this.#rtp.get(ssrc);
    if (known === undefined && this.#rtp.size >= maxStreams) return -1;
    const index = known === undefined ? seq : nearestIndex(known.highest, seq);
    if (known !== undefined && !known.admits(index)) return -1;
    const roc = Math.floor(index / seqs);
    const length = this.#transform.openRtp(packet, headerLength, ssrc, roc, seq);
    if (length < 0) return -1;
    (known ?? remember(this.#rtp, ssrc)).accept(index);
    return length;
  }

  /** Decrypts an SRTCP packet in place. Returns the plain length, or -1 for a packet to drop. */
  rtcp(packet: Buffer): number {
    const index = this.#transform.rtcpIndex(packet);
    if (index < 0) return -1;
    const ssrc = packet.readUInt32BE(4);
    const known = this.#rtcp.get(ssrc);
    if (known === undefined ? this.#rtcp.size >= maxStreams : !known.admits(index)) return -1;
    const length = this.#transform.openRtcp(packet, ssrc, index);
    if (length < 0) return -1;
    (known ?? remember(this.#rtcp, ssrc)).accept(index);
    return length;
  }
}

function remember(windows: Map<number, ReplayWindow>, ssrc: number): ReplayWindow {
  const window = new ReplayWindow();
  windows.set(ssrc, window);
  return window;
}

/** The index with these low 16 bits that is nearest to the highest index seen (RFC 3711 3.3.1). */
export function nearestIndex(highest: number, seq: number): number {
  const roc = Math.floor(highest / seqs);
  const last = highest % seqs;
  if (last < 0x8000) {
    if (seq - last > 0x8000 && roc > 0) return (roc - 1) * seqs + seq;
  } else if (last - 0x8000 > seq) {
    return (roc + 1) * seqs + seq;
  }
  return roc * seqs + seq;
}
