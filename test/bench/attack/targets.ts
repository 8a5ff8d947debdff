// What is attacked, and what an attack is.

/** All on loopback addresses of this machine. */
export interface Targets {
  /** Address of the SIP and media ports. */
  readonly address: string;
  /** Where the gateway serves pages and WebSockets. */
  readonly url: string;
  /** UDP and TCP port of the SIP engine. */
  readonly sip: number;
  readonly browserMedia: number;
  readonly pbxMedia: readonly [number, number];
  /** Whom visitors may call. */
  readonly uri: string;
}

export const GATEWAY = '127.0.0.1';

export interface Manner {
  /** Instead of the attack's own rate. */
  readonly perSecond?: number;
  /** Called with each datagram that is sent back. */
  readonly heard?: (datagram: Buffer) => void;
}

/** Goes on for `ms`; resolves with how many blows were dealt. */
export type Attack = (targets: Targets, from: string, ms: number, manner?: Manner) => Promise<number>;
