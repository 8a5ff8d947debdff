// Parses RTP and RTCP as far as a relay needs it (RFC 3550 5.1, 6; RFC 5761 4): the end of the header, and
// whether a compound is well formed. Every function takes a peer's bytes and returns -1 or null for malformed
// input; none throws.

/** Length of the fixed header, CSRCs and header extension of `packet[0, length)`; -1 when it is not RTP. */
export function rtpHeaderLength(packet: Uint8Array, length: number): number {
  if (length < 12 || (packet[0]! & 0xc0) !== 0x80) return -1;
  let header = 12 + (packet[0]! & 0x0f) * 4;
  if ((packet[0]! & 0x10) !== 0) {
    if (length < header + 4) return -1;
    header += 4 + ((packet[header + 2]! << 8) | packet[header + 3]!) * 4;
  }
  return header <= length ? header : -1;
}

/** RFC 5761 4: on a port that carries both, these second bytes mark RTCP. */
export function isRtcp(packet: Uint8Array): boolean {
  const type = packet[1]!;
  return type >= 192 && type <= 223;
}

/**
 * Removes the header extension in place, because the other leg negotiated none. Returns the new start of the
 * packet. `headerLength` comes from {@link rtpHeaderLength}.
 */
export function stripExtension(packet: Buffer, headerLength: number): number {
  const first = packet[0]!;
  if ((first & 0x10) === 0) return 0;
  const kept = 12 + (first & 0x0f) * 4;
  const start = headerLength - kept;
  packet.copyWithin(start, 0, kept);
  packet[start] = first & ~0x10;
  return start;
}

/** True when every packet of the compound fits and has version 2 (RFC 3550 A.2, without the order rules). */
export function isCompound(packet: Buffer, length: number): boolean {
  let at = 0;
  while (at < length) {
    if (length - at < 8 || (packet[at]! & 0xc0) !== 0x80 || packet[at + 1]! < 192 || packet[at + 1]! > 223) {
      return false;
    }
    at += (packet.readUInt16BE(at + 2) + 1) * 4;
  }
  return at === length && length > 0;
}
