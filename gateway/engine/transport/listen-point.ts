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
  /** The port that they reach it by, where that is another. */
  readonly advertisePort?: number;
  /** Peers that are called from here before all others, and are told the address as it is. */
  readonly isNear?: (peer: string) => boolean;
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
  const { local, remote, transport } = flow;
  const family = familyOf(local.address);
  const own = points.filter(point => familyOf(point.address) === family);
  const ofAddress = own.filter(point => point.address === local.address);
  // A connection of a transport that does not listen, such as TLS, has the address of those that do, and its own port.
  const listening = [...ofAddress, ...own].find(point => point.transport === transport);
  const point = listening ?? ofAddress[0] ?? own[0];
  const inner = listening?.port ?? local.port;
  if (!point || point.isNear?.(remote.address)) return formatHostPort(local.address, inner);
  const outer = listening ? (listening.advertisePort ?? listening.port) : inner;
  return formatHostPort(point.advertise ?? local.address, outer);
}
