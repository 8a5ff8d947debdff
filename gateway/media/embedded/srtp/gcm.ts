// SRTP_AEAD_AES_128_GCM (RFC 7714). node:crypto has no GCM object that can be reused for the next packet, so
// this profile costs more than counter mode and is offered second.

import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { SessionKeys } from './profile.ts';
import { encipheredFlag, type SrtpTransform } from './transform.ts';

const tagLength = 16;
const options = { authTagLength: tagLength };

export class Gcm implements SrtpTransform {
  readonly overhead = tagLength;
  readonly #rtp: SessionKeys;
  readonly #rtcp: SessionKeys;
  readonly #iv = Buffer.alloc(12);
  readonly #rtcpAad = Buffer.alloc(12);

  constructor(rtp: SessionKeys, rtcp: SessionKeys) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
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
    const payload = start + headerLength;
    const cipher = createCipheriv('aes-128-gcm', this.#rtp.key, this.#rtpIv(ssrc, roc, seq), options);
    cipher.setAAD(packet.subarray(start, payload));
    packet.copy(out, 0, start, payload);
    cipher.update(packet.subarray(payload, end)).copy(out, headerLength);
    cipher.final();
    cipher.getAuthTag().copy(out, end - start);
    return end - start + tagLength;
  }

  openRtp(packet: Buffer, headerLength: number, ssrc: number, roc: number, seq: number): number {
    const length = packet.length - tagLength;
    if (length < headerLength) return -1;
    const cipher = createDecipheriv('aes-128-gcm', this.#rtp.key, this.#rtpIv(ssrc, roc, seq), options);
    cipher.setAAD(packet.subarray(0, headerLength));
    cipher.setAuthTag(packet.subarray(length));
    const plain = cipher.update(packet.subarray(headerLength, length));
    try {
      cipher.final();
    } catch {
      return -1;
    }
    plain.copy(packet, headerLength);
    return length;
  }

  sealRtcp(packet: Buffer, ssrc: number, index: number, out: Buffer): number {
    const length = packet.length;
    const word = (index | encipheredFlag) >>> 0;
    const cipher = createCipheriv('aes-128-gcm', this.#rtcp.key, this.#rtcpIv(ssrc, index), options);
    cipher.setAAD(this.#associated(packet, word));
    packet.copy(out, 0, 0, 8);
    cipher.update(packet.subarray(8)).copy(out, 8);
    cipher.final();
    cipher.getAuthTag().copy(out, length);
    out.writeUInt32BE(word, length + tagLength);
    return length + tagLength + 4;
  }

  rtcpIndex(packet: Buffer): number {
    if (packet.length < 8 + tagLength + 4) return -1;
    const word = packet.readUInt32BE(packet.length - 4);
    return word >= encipheredFlag ? word - encipheredFlag : -1;
  }

  openRtcp(packet: Buffer, ssrc: number, index: number): number {
    const length = packet.length - 4 - tagLength;
    const cipher = createDecipheriv('aes-128-gcm', this.#rtcp.key, this.#rtcpIv(ssrc, index), options);
    cipher.setAAD(this.#associated(packet, (index | encipheredFlag) >>> 0));
    cipher.setAuthTag(packet.subarray(length, length + tagLength));
    const plain = cipher.update(packet.subarray(8, length));
    try {
      cipher.final();
    } catch {
      return -1;
    }
    plain.copy(packet, 8);
    return length;
  }

  /** RFC 7714 8.1. */
  #rtpIv(ssrc: number, roc: number, seq: number): Buffer {
    const iv = this.#iv;
    iv.writeUInt16BE(0, 0);
    iv.writeUInt32BE(ssrc, 2);
    iv.writeUInt32BE(roc, 6);
    iv.writeUInt16BE(seq, 10);
    return mix(iv, this.#rtp.salt);
  }

  /** RFC 7714 9.1. */
  #rtcpIv(ssrc: number, index: number): Buffer {
    const iv = this.#iv;
    iv.writeUInt16BE(0, 0);
    iv.writeUInt32BE(ssrc, 2);
    iv.writeUInt16BE(0, 6);
    iv.writeUInt32BE(index, 8);
    return mix(iv, this.#rtcp.salt);
  }

  #associated(packet: Buffer, word: number): Buffer {
    packet.copy(this.#rtcpAad, 0, 0, 8);
    this.#rtcpAad.writeUInt32BE(word, 8);
    return this.#rtcpAad;
  }
}

function mix(iv: Buffer, salt: Buffer): Buffer {
  for (let i = 0; i < 12; i++) iv[i] = iv[i]! ^ salt[i]!;
  return iv;
}
