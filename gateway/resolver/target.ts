// What resolving a SIP URI yields: an ordered, immutable list of places to send to (RFC 3263 4).

export type Transport = 'udp' | 'tcp' | 'tls';

/** One place to try: a transport, an IP address and a port. */
export interface Target {
  readonly transport: Transport;
  /** IPv4 or IPv6 literal, without brackets. */
  readonly address: string;
  readonly port: number;
  /** The name the address was found under: for logs, and for TLS (RFC 5922). */
  readonly hostname: string;
}

/** One question asked of DNS on the way, and what came of it. */
export interface Step {
  readonly type: 'NAPTR' | 'SRV' | 'A' | 'AAAA';
  readonly name: string;
  readonly ms: number;
  readonly fromCache: boolean;
  /** Records found, in zone-file form and in the order chosen; empty with `failure` set when none. */
  readonly records: readonly string[];
  readonly failure?: string;
}

export interface Resolution {
  /** Best first; never empty: an unresolvable URI rejects instead. */
  readonly targets: readonly Target[];
  readonly trace: readonly Step[];
}
