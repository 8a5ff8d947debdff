// What the relay knows of an address of this machine: where it binds, and what browsers and PBXs get instead.

import { isIP } from 'node:net';

export interface MediaAddress {
  readonly bind: string;
  readonly family: 4 | 6;
  /** Put into ICE candidates, the best first. */
  readonly announced: readonly string[];
  /** Whether a PBX meets no NAT on its way to `bind`. */
  isNear(peer: string): boolean;
  /** The address that a PBX gets. */
  toward(peer: string): string;
  /** The port that a PBX gets for a bound one. */
  portToward(peer: string, transport: 'udp' | 'tcp', port: number): number;
  /** The port that browsers get for a bound one. */
  outside(transport: 'udp' | 'tcp', port: number): number;
}

/** One without a NAT before it; browsers may get others. */
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

/** Our side of a call toward one PBX. */
export interface PbxSide {
  /** Which of the addresses: its place among them. */
  readonly index: number;
  readonly family: 4 | 6;
  /** The address that the PBX gets. */
  readonly announce: string;
  /** Tells the PBX's number of a bound UDP port. */
  readonly portOf: (bound: number) => number;
}

/**
 * The side from which a PBX is called: an address of its own network first, else the first of its family. Undefined
 * where there is none. Without a PBX, the first address.
 */
export function pbxSide(addresses: readonly MediaAddress[], pbx: string | undefined): PbxSide | undefined {
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
