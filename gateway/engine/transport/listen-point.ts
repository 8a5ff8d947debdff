// The addresses on which the engine listens, and the addresses that it announces for them.

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
  /** The address or name by which peers reach it, if it is another one (behind a NAT). */
  readonly advertise?: string;
  /** The port by which peers reach it, if it is another one. */
  readonly advertisePort?: number;
  /** Peers that are called from this point before all others, and that get the address without `advertise`. */
  readonly isNear?: (peer: string) => boolean;
  readonly tls?: TlsIdentity;
}

/** The destination of a request. */
export interface RemoteEndpoint {
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** IP literal without brackets. */
  readonly address: string;
  readonly port: number;
  /** The name that a certificate must contain. Default: the address. */
  readonly hostname?: string;
}

/**
 * `host[:port]` for Via and Contact on that flow (RFC 3261 18.1.1): the point's announced address, else the local
 * address of the flow; with the listening port, not the ephemeral port of a connection.
 */
export function hostPortOf(flow: Flow, points: readonly ListenPoint[]): string {
  const { local, remote, transport } = flow;
  const family = familyOf(local.address);
  const own = points.filter(point => familyOf(point.address) === family);
  const ofAddress = own.filter(point => point.address === local.address);
  // A transport that does not listen, such as TLS, uses the address of the transports that do, with its own port.
  const listening = [...ofAddress, ...own].find(point => point.transport === transport);
  const point = listening ?? ofAddress[0] ?? own[0];
  const inner = listening?.port ?? local.port;
  if (!point || point.isNear?.(remote.address)) return formatHostPort(local.address, inner);
  const outer = listening ? (listening.advertisePort ?? listening.port) : inner;
  return formatHostPort(point.advertise ?? local.address, outer);
}
