// What resolving a SIP URI yields: an ordered, immutable list of places to send to (RFC 3263 4).

import type { RecordType } from './records.ts';

export type Transport = 'udp' | 'tcp' | 'tls';

/** One place to try: a transport, an IP address and a port. */
export interface Target {
  readonly transport: Transport;
  /** IPv4 or IPv6 literal, without brackets. */
  readonly address: string;
  readonly port: number;
  /** The name the address was found under: for logs. */
  readonly hostname: string;
  /** The host of the SIP URI: what a TLS certificate has to bear (RFC 5922 7.2), wherever DNS led. */
  readonly domain: string;
  /** Which records led here, such as `NAPTR 10 50, SRV 10 0`. */
  readonly because: string;
}

/** One question on the way, and what came of it. */
export interface Step {
  readonly type: RecordType;
  readonly name: string;
  /** When it was asked, in milliseconds since the resolution began, and how long its answer took. */
  readonly atMs: number;
  readonly ms: number;
  readonly from: 'DNS' | 'cache' | 'additional section';
  readonly ttlSeconds?: number;
  /** Records found, in zone-file form and in the order chosen; empty with `failure` set when none. */
  readonly records: readonly string[];
  /** Why there are none, or why these are old ones. */
  readonly failure?: string;
  /** The name that aliases lead to, where that one has no records. */
  readonly alias?: string;
}

export interface Resolution {
  /** Best first; never empty: an unresolvable URI rejects instead. */
  readonly targets: readonly Target[];
  readonly trace: readonly Step[];
}

/** A resolution whose first target is known; the rest may still be. */
export interface BegunResolution {
  /** The same targets in the same order, each as soon as it and all better ones are known. */
  readonly targets: AsyncIterable<Target>;
  readonly whole: Promise<Resolution>;
}
