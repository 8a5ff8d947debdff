// What came of a round of offer and answer, in terms of packets: who sends what to where, under which numbers.

export interface IceCredentials {
  readonly ufrag: string;
  readonly password: string;
}

export interface Fingerprint {
  /** As in SDP: sha-256, sha-384, sha-512. */
  readonly hash: string;
  /** Upper-case hexadecimal with colons. */
  readonly value: string;
  /** Further values under the same hash: the certificate has to match one of all (RFC 8122 5). */
  readonly others?: readonly string[];
}

/** RFC 8122 5: hash functions that still prove anything. */
export function isUsableHash(hash: string): boolean {
  return /^sha-(?:256|384|512)$/i.test(hash);
}

/** Where a PBX takes the packets of one m= line. */
export interface RtpAddress {
  readonly address: string;
  readonly port: number;
  readonly rtcpAddress: string;
  readonly rtcpPort: number;
  /** It is behind the fence: packets may come of it by a NAT that the owner named, and none are sent there. */
  readonly fenced?: boolean;
}

export interface LinePlan {
  readonly line: number;
  readonly kind: 'audio' | 'video';
  /** Null: on hold, nothing is sent there. */
  readonly remote: RtpAddress | null;
  /** By payload type as the browser says it: what the PBX calls it. 255: not negotiated. */
  readonly toPbx: Uint8Array;
  /** By payload type as the PBX says it: what the browser calls it. */
  readonly toBrowser: Uint8Array;
  /** RTP clock by the browser's payload type; 0 for one whose timestamps say nothing of jitter. */
  readonly clocks: Uint32Array;
  readonly expectBrowser: boolean;
  readonly expectPbx: boolean;
}

/** For an echo, RTP clocks by payload type: 0 where timestamps say nothing, null where nothing is agreed. */
export type EchoPlan = readonly (number | null)[];

/** In a payload type map: not negotiated. */
export const notNegotiated = 255;
