// An address of this machine as the relay uses it: where sockets bind, and which address and port browsers
// and PBXs see.

import { isIP } from 'node:net';

export interface MediaAddress {
  readonly bind: string;
  readonly family: 4 | 6;
  /** The addresses in ICE candidates, best first. */
  readonly announced: readonly string[];
  /** Whether there is no NAT between `bind` and this PBX. */
  isNear(peer: string): boolean;
  /** The address that this PBX sees. */
  toward(peer: string): string;
  /** The port that this PBX sees for a bound port. */
  portToward(peer: string, transport: 'udp' | 'tcp', port: number): number;
  /** The port that browsers see for a bound port. */
  outside(transport: 'udp' | 'tcp', port: number): number;
}

/** An address without a NAT in front of it. `announced` may give browsers other addresses. */
export function openAddress(bind: string, announced: readonly string[] = [bind]): MediaAddress {
  return {
    bind,
    family: isIP(bind) === 6 ? 6 : 4,
    announced,
    isNear: () => false,
    toward: () => announced[0] ?? bind,
    portToward: (_peer, _transport, port) => port,
    outside: (_transport, port) => port,
  };
}

/** The address that a call uses toward one PBX. */
export interface LocalAddress {
  /** The index in the list of addresses. */
  readonly index: number;
  readonly family: 4 | 6;
  /** The address that the PBX sees. */
  readonly announce: string;
  /** The port that the PBX sees for a bound UDP port. */
  readonly portOf: (bound: number) => number;
}

/**
 * Selects the address from which a PBX is called: an address in the network of the PBX first, else the first
 * address of its family. Undefined when there is none. Without a PBX, the first address.
 */
export function localAddressFor(
  addresses: readonly MediaAddress[],
  pbx: string | undefined,
): LocalAddress | undefined {
  const fitting = addresses.filter(({ family }) => pbx === undefined || family === isIP(pbx));
  const own = fitting.find(one => pbx !== undefined && one.isNear(pbx)) ?? fitting[0];
  if (own === undefined) return undefined;
  return {
    index: addresses.indexOf(own),
    family: own.family,
    announce: pbx === undefined ? (own.announced[0] ?? own.bind) : own.toward(pbx),
    portOf: bound => (pbx === undefined ? own.outside('udp', bound) : own.portToward(pbx, 'udp', bound)),
  };
}
