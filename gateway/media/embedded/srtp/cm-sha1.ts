// SRTP_AES128_CM_HMAC_SHA1_80 (RFC 3711 4.1.1, 4.2.1): counter mode, then a tag of
// ten bytes over header, ciphertext and roll-over counter.

import { AesCounterMode } from './aes-cm.ts';
import { HmacSha1 } from './hmac-sha1.ts';
import type { SessionKeys } from './profile.ts';
import { encipheredFlag, type SrtpTransform } from './transform.ts';

const tagLength = 10;

export class CmSha1 implements SrtpTransform {
  readonly overhead = tagLength;
  readonly #rtp: AesCounterMode;
  readonly #rtcp: AesCounterMode;
  readonly #rtpAuth: HmacSha1;
  readonly #rtcpAuth: HmacSha1;

  constructor(rtp: SessionKeys, rtcp: SessionKeys) {
    this.#rtp = new AesCounterMode(rtp.key, rtp.salt);
    this.#rtcp = new AesCounterMode(rtcp.key, rtcp.salt);
    this.#rtpAuth = new HmacSha1(rtp.authKey);
    this.#rtcpAuth = new HmacSha1(rtcp.authKey);
  }

  sealRtp(
    packet: Buffer,
    start: number,
    end: number,
    headerLength: number,
    ssrc: number,
    roc: number,
    seq: number,
    out: Buffer,
  ): number {
    for (let i = 0; i < headerLength; i++) out[i] = packet[start + i]!;
    this.#rtp.apply(packet, start + headerLength, end, out, headerLength, ssrc, roc, seq);
    const length = end - start;
    this.#rtpAuth.update(out, 0, length, roc);
    return appendTag(out, length, this.#rtpAuth.tag);
  }

  openRtp(packet: Buffer, headerLength: number, ssrc: number, roc: number, seq: number): number {
    const length = packet.length - tagLength;
    if (length < headerLength) return -1;
    this.#rtpAuth.update(packet, 0, length, roc);
    if (!sameTag(packet, length, this.#rtpAuth.tag)) return -1;
    this.#rtp.apply(packet, headerLength, length, packet, headerLength, ssrc, roc, seq);
    return length;
  }

  sealRtcp(packet: Buffer, ssrc: number, index: number, out: Buffer): number {
    const length = packet.length;
    packet.copy(out, 0, 0, 8);
    this.#rtcp.apply(packet, 8, length, out, 8, ssrc, index >>> 16, index & 0xffff);
    out.writeUInt32BE((index | encipheredFlag) >>> 0, length);
    this.#rtcpAuth.update(out, 0, length + 4, null);
    return appendTag(out, length + 4, this.#rtcpAuth.tag);
  }

  rtcpIndex(packet: Buffer): number {
    if (packet.length < 8 + 4 + tagLength) return -1;
    const word = packet.readUInt32BE(packet.length - tagLength - 4);
    return word >= encipheredFlag ? word - encipheredFlag : -1;
  }

  openRtcp(packet: Buffer, ssrc: number, index: number): number {
    const authenticated = packet.length - tagLength;
    this.#rtcpAuth.update(packet, 0, authenticated, null);
    if (!sameTag(packet, authenticated, this.#rtcpAuth.tag)) return -1;
    const length = authenticated - 4;
    this.#rtcp.apply(packet, 8, length, packet, 8, ssrc, index >>> 16, index & 0xffff);
    return length;
  }
}

function appendTag(out: Buffer, at: number, tag: Uint8Array): number {
  for (let i = 0; i < tagLength; i++) out[at + i] = tag[i]!;
  return at + tagLength;
}

/** Constant-time comparison. */
function sameTag(packet: Buffer, at: number, tag: Uint8Array): boolean {
  let difference = 0;
  for (let i = 0; i < tagLength; i++) difference |= packet[at + i]! ^ tag[i]!;
  return difference === 0;
}
