// The targets of an attack, and the interface of attacks.

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
  /** The SIP URI that visitors may call. */
  readonly uri: string;
}

export const GATEWAY = '127.0.0.1';

export interface AttackOptions {
  /** Replaces the attack's default rate. */
  readonly perSecond?: number;
  /** Called with each datagram that the gateway sends back. */
  readonly heard?: (datagram: Buffer) => void;
}

/** Runs for `ms`; resolves with the number of attempts. */
export type BenchAttack = (
  targets: Targets,
  from: string,
  ms: number,
  options?: AttackOptions,
) => Promise<number>;
