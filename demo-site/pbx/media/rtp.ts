// RTP packets and the two RTCP messages that request a key frame (RFC 3550, RFC 4585 6.3.1, RFC 5104 4.3.1). Parsing
// never throws: bytes that are not a packet give `undefined`.

export interface RtpPacket {
  readonly payloadType: number;
  readonly marker: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

/** Longer packets do not occur with Ethernet frames of 1,500 bytes. */
const maxBytes = 1_500;

export function readRtp(bytes: Buffer): RtpPacket | undefined {
  if (bytes.length < 12 || bytes.length > maxBytes || bytes[0]! >> 6 !== 2) return undefined;
  let start = 12 + (bytes[0]! & 0x0f) * 4;
  if (bytes[0]! & 0x10) {
    if (bytes.length < start + 4) return undefined;
    start += 4 + bytes.readUInt16BE(start + 2) * 4;
  }
  const padding = bytes[0]! & 0x20 ? bytes[bytes.length - 1]! : 0;
  const end = bytes.length - padding;
  if (end < start) return undefined;
  return {
    payloadType: bytes[1]! & 0x7f,
    marker: (bytes[1]! & 0x80) !== 0,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
    payload: bytes.subarray(start, end),
  };
}

export function writeRtp({ payloadType, marker, sequence, timestamp, ssrc, payload }: RtpPacket): Buffer {
  const bytes = Buffer.allocUnsafe(12 + payload.length);
  bytes[0] = 0x80;
  bytes[1] = (marker ? 0x80 : 0) | payloadType;
  bytes.writeUInt16BE(sequence, 2);
  bytes.writeUInt32BE(timestamp, 4);
  bytes.writeUInt32BE(ssrc, 8);
  payload.copy(bytes, 12);
  return bytes;
}

/** Whether a compound RTCP packet requests a key frame: a picture loss indication, or the older FIR. */
export function asksForPicture(bytes: Buffer): boolean {
  for (let at = 0; at + 4 <= bytes.length && at < maxBytes; at += 4 + bytes.readUInt16BE(at + 2) * 4) {
    const format = bytes[at]! & 0x1f;
    if (bytes[at]! >> 6 === 2 && bytes[at + 1] === 206 && (format === 1 || format === 4)) return true;
  }
  return false;
}

/** A picture loss indication about `mediaSsrc`, after the empty receiver report that RFC 3550 6.1 requires. */
export function pictureLoss(ownSsrc: number, mediaSsrc: number): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.set([0x80, 201, 0, 1], 0);
  bytes.writeUInt32BE(ownSsrc, 4);
  bytes.set([0x81, 206, 0, 2], 8);
  bytes.writeUInt32BE(ownSsrc, 12);
  bytes.writeUInt32BE(mediaSsrc, 16);
  return bytes;
}
