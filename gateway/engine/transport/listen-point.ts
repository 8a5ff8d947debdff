// Where the engine listens, and how it names itself to those it talks to from there.

import { formatHostPort } from '../message/host-port.ts';
import { familyOf } from './endpoint.ts';
import type { TlsIdentity } from './tls.ts';
import type { Flow } from './transport.ts';

export interface ListenPoint {
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** IP literal without brackets; `0.0.0.0` and `::` mean every address of that family. */
  readonly address: string;
  /** 0 for any free one. */
  readonly port: number;
  /** The address or name that peers reach it by, where that is another (behind a NAT). */
  readonly advertise?: string;
  readonly tls?: TlsIdentity;
}

/** Where requests of ours go. */
export interface Destination {
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** IP literal without brackets. */
  readonly address: string;
  readonly port: number;
  /** The name a certificate must bear; the address where there is none. */
  readonly hostname?: string;
}

/**
 * `host[:port]` for Via and Contact on that flow (RFC 3261 18.1.1): the point's advertised address,
 * else ours as the flow knows it; the port listened on, not a connection's ephemeral one.
 */
export function hostPortOf(flow: Flow, points: readonly ListenPoint[]): string {
  const family = familyOf(flow.local.address);
  const point = points.find(
    candidate => candidate.transport === flow.transport && familyOf(candidate.address) === family,
  );
  return formatHostPort(point?.advertise ?? flow.local.address, point?.port ?? flow.local.port);
}
