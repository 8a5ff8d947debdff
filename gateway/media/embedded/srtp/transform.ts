// The operation of a protection profile on one packet whose index is known. Two files implement it. Works in
// place when `out` is the packet's buffer and `at` is its start.

/** Encrypts and authenticates. `out` must have room for {@link SrtpTransform.overhead} more bytes. */
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
  /** Decrypts `packet` in place. Returns the plain length, or -1 when the packet is not authentic. */
  openRtp(packet: Buffer, headerLength: number, ssrc: number, roc: number, seq: number): number;
  sealRtcp(packet: Buffer, ssrc: number, index: number, out: Buffer): number;
  /** The SRTCP index in the packet, or -1 when the packet is too short or not encrypted. */
  rtcpIndex(packet: Buffer): number;
  openRtcp(packet: Buffer, ssrc: number, index: number): number;
}

/** The E flag: this SRTCP packet is encrypted (RFC 3711 3.4). */
export const encipheredFlag = 0x80000000;
