// The result of a round of offer and answer for packets: who sends what to which address, with which payload
// types.

export interface IceCredentials {
  readonly ufrag: string;
  readonly password: string;
}

export interface Fingerprint {
  /** As in SDP: sha-256, sha-384, sha-512. */
  readonly hash: string;
  /** Upper-case hexadecimal with colons. */
  readonly value: string;
  /** Further values of the same hash function: the certificate must match one of them (RFC 8122 5). */
  readonly others?: readonly string[];
}

/** RFC 8122 5: hash functions that are still secure. */
export function isUsableHash(hash: string): boolean {
  return /^sha-(?:256|384|512)$/i.test(hash);
}

/** Where a PBX receives the packets of one m= line. */
export interface RtpAddress {
  readonly address: string;
  readonly port: number;
  readonly rtcpAddress: string;
  readonly rtcpPort: number;
  /**
   * The fence forbids the address: packets may arrive from it through a configured NAT network, and none are
   * sent to it.
   */
  readonly fenced?: boolean;
}

export interface LinePlan {
  readonly line: number;
  readonly kind: 'audio' | 'video';
  /** Null: on hold, nothing is sent. */
  readonly remote: RtpAddress | null;
  /** The PBX's payload type, by the browser's. 255: not negotiated. */
  readonly toPbx: Uint8Array;
  /** The browser's payload type, by the PBX's. */
  readonly toBrowser: Uint8Array;
  /** RTP clock by the browser's payload type; 0 for a type whose timestamps are not usable for jitter. */
  readonly clocks: Uint32Array;
  readonly expectBrowser: boolean;
  readonly expectPbx: boolean;
}

/**
 * For an echo, RTP clocks by payload type: 0 when timestamps are not usable for jitter, null when the type is
 * not agreed.
 */
export type EchoPlan = readonly (number | null)[];

/** In a payload type map: not negotiated. */
export const notNegotiated = 255;
