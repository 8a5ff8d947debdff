// One address of the gateway: the bound one and the announced ones. A peer in a network that this machine is connected
// to, or that is in `address.localNetworks`, is reached without the NAT and gets the bound address.

import { type BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { primaryAddress } from '../net/address-fence.ts';
import { networksOf } from '../net/network.ts';
import { isWildcard, type WrittenAddress } from './address.ts';
import { ConfigError } from './config-error.ts';
import { outsidePort } from './port-mapping.ts';

export class OwnAddress {
  readonly bind: string;
  readonly family: 4 | 6;
  /** Browsers get all, the preferred one first; PBXs get the first. */
  readonly announced: readonly string[];
  readonly #written: WrittenAddress;
  readonly #local: BlockList;

  constructor(written: WrittenAddress, bind: string) {
    this.#written = written;
    this.bind = bind;
    this.family = isIP(bind) === 6 ? 6 : 4;
    this.announced = written.announce;
    this.#local = networksOf([...written.localNetworks, ...connectedTo(bind)]);
  }

  /** Whether a peer reaches the bound address without the NAT. */
  readonly isNear = (peer: string): boolean => {
    const family = isIP(peer);
    return family === this.family && this.#local.check(peer, family === 6 ? 'ipv6' : 'ipv4');
  };

  /** The address that a PBX gets. */
  toward(peer: string): string {
    if (!this.isNear(peer)) return this.announced[0] ?? this.bind;
    return isWildcard(this.bind) ? nearest(peer, this.bind) : this.bind;
  }

  /** The port that a PBX gets for a bound one. */
  portToward(peer: string, transport: 'udp' | 'tcp', port: number): number {
    return this.isNear(peer) ? port : this.outside(transport, port);
  }

  /** The port outside the NAT for a bound one. */
  outside(transport: 'udp' | 'tcp', port: number): number {
    return outsidePort(this.#written.ports, transport, port);
  }
}

/** @throws {ConfigError} when this machine has no address of the family of an announced one */
export function ownAddressesOf(written: readonly WrittenAddress[] | undefined): OwnAddress[] {
  if (written === undefined) {
    const bind = primaryAddress();
    return [new OwnAddress({ announce: [bind], ports: [], localNetworks: [] }, bind)];
  }
  return written.map((one, index) => {
    const family = isIP(one.announce[0] ?? '') === 6 ? 'IPv6' : 'IPv4';
    const bind = one.bind ?? primaryAddress(family);
    if (bind !== undefined) return new OwnAddress(one, bind);
    const at = written.length > 1 ? `address.${index + 1}` : 'address';
    throw new ConfigError([`${at}: this machine has no ${family} address; write the one to bind as bind`]);
  });
}

/** The networks of the interface that has the address, or of all interfaces for a wildcard. */
function connectedTo(bind: string): string[] {
  return interfaces().flatMap(({ address, cidr }) =>
    cidr && isIP(address) === isIP(bind) && (address === bind || isWildcard(bind)) ? [cidr] : [],
  );
}

/** The address of this machine in the network of the peer. */
function nearest(peer: string, fallback: string): string {
  const family = isIP(peer) === 6 ? 'ipv6' : 'ipv4';
  const found = interfaces().find(({ cidr }) => cidr && networksOf([cidr]).check(peer, family));
  return found?.address ?? fallback;
}

function interfaces() {
  return Object.values(networkInterfaces()).flatMap(list => list ?? []);
}
