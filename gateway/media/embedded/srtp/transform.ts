// What a protection profile does to one packet once its index is known; two files
// implement it. In place when `out` is the packet's own buffer and `at` its own start.

/** Enciphers and authenticates; `out` must have room for {@link SrtpTransform.overhead} more bytes. */
export interface SrtpTransform {
  /** Bytes added to an RTP packet. */
  readonly overhead: number;
  /** Returns the length written at `out[0]`. */
  sealRtp(
    packet: Buffer,
    start: number,
    end: number,
    headerLength: number,
    ssrc: number,
    roc: number,
    seq: number,
    out: Buffer,
  ): number;
  /** Opens `packet` in place; returns the plain length, or -1 when it is not authentic. */
  openRtp(packet: Buffer, headerLength: number, ssrc: number, roc: number, seq: number): number;
  sealRtcp(packet: Buffer, ssrc: number, index: number, out: Buffer): number;
  /** The SRTCP index the packet claims, or -1 when it is too short or not enciphered. */
  rtcpIndex(packet: Buffer): number;
  openRtcp(packet: Buffer, ssrc: number, index: number): number;
}

/** The E flag: this SRTCP packet is enciphered (RFC 3711 3.4). */
export const encipheredFlag = 0x80000000;
