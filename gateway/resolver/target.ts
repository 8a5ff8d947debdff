// The result of resolving a SIP URI: an ordered, immutable list of targets (RFC 3263 4).

import type { RecordType } from './records.ts';

export type Transport = 'udp' | 'tcp' | 'tls';

/** One target: a transport, an IP address and a port. */
export interface Target {
  readonly transport: Transport;
  /** IPv4 or IPv6 literal, without brackets. */
  readonly address: string;
  readonly port: number;
  /** The host name of the address, for logs. */
  readonly hostname: string;
  /** The host of the SIP URI: the name that a TLS certificate must contain (RFC 5922 7.2), whatever DNS returned. */
  readonly domain: string;
  /** The records that gave this target, such as `NAPTR 10 50, SRV 10 0`. */
  readonly because: string;
}

/** One question of a resolution, with its answer. */
export interface ResolutionStep {
  readonly type: RecordType;
  readonly name: string;
  /** When it was asked, in milliseconds since the start of the resolution, and how long the answer took. */
  readonly atMs: number;
  readonly ms: number;
  readonly from: 'DNS' | 'cache' | 'additional section';
  readonly ttlSeconds?: number;
  /** The records in zone-file form, in the chosen order. Empty if `failure` says why there are none. */
  readonly records: readonly string[];
  /** Why there are no records, or why they are stale. */
  readonly failure?: string;
  /** The last name of a chain of aliases, if it has no records. */
  readonly alias?: string;
}

export interface Resolution {
  /** Best first; never empty: a URI without targets causes a rejection. */
  readonly targets: readonly Target[];
  readonly trace: readonly ResolutionStep[];
}

/** A resolution whose first target is known; the others may follow. */
export interface BegunResolution {
  /** The same targets in the same order, each as soon as it and all better ones are known. */
  readonly targets: AsyncIterable<Target>;
  readonly whole: Promise<Resolution>;
}
