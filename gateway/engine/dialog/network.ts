// What the dialog layer needs from the transports, and how the engine names itself on each of them.

import { formatHostPort } from '../message/host-port.ts';
import type { ListenPoint, RemoteEndpoint } from '../transport/listen-point.ts';
import type { Flow } from '../transport/transport.ts';

/** The part of the transport layer that sends requests. */
export interface Network {
  readonly points: readonly ListenPoint[];
  flowTo(destination: RemoteEndpoint): Promise<Flow>;
  /** A flow for responses. */
  flowBack(destination: RemoteEndpoint): Promise<Flow>;
  /** `host[:port]`. */
  viaFor(flow: Flow): string;
  /** `host[:port]`. */
  contactFor(flow: Flow): string;
}

/** How a peer reaches this engine on one flow: `host[:port]` and the transport. */
export interface LocalAddress {
  readonly transport: Flow['transport'];
  readonly hostPort: string;
}

/** The sender's identity in a message. */
export interface LocalSide {
  /** Via without its branch: `SIP/2.0/UDP 192.0.2.1:5060`. */
  readonly via: string;
  /** The host part of `sip:user@hostPort`. */
  readonly hostPort: string;
  /** The default Contact. */
  readonly contact: string;
}

export function localSide(network: Network, flow: Flow): LocalSide {
  return named(flow.transport, network.viaFor(flow), network.contactFor(flow));
}

/** For a request that cannot be sent. It is composed only so that its failure can be reported. */
export function localSideWithoutFlow(network: Network, transport: Flow['transport']): LocalSide {
  const point = network.points.find(candidate => candidate.transport === transport) ?? network.points[0];
  const hostPort =
    point === undefined
      ? '127.0.0.1'
      : formatHostPort(point.advertise ?? point.address, point.advertisePort ?? point.port);
  return named(transport, hostPort, hostPort);
}

function named(transport: Flow['transport'], sentBy: string, hostPort: string): LocalSide {
  const parameter = transport === 'udp' ? '' : `;transport=${transport}`;
  return {
    via: `SIP/2.0/${transport.toUpperCase()} ${sentBy}`,
    hostPort,
    contact: `<sip:${hostPort}${parameter}>`,
  };
}
