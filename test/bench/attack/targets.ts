// What is attacked, and what an attack is.

/** All on 127.0.0.1: whoever reads another machine's address out of this has misread it. */
export interface Targets {
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

/** Goes on for `ms`; resolves with how many blows were dealt. */
export type Attack = (targets: Targets, from: string, ms: number) => Promise<number>;
