// Addresses as sockets name them, and the network that each belongs to, of any length: what has a share together, what is
// banned, and what is left of a shortened address.

import { isIP } from 'node:net';

/** Bits of an address that count, by family. */
export interface PrefixLengths {
  readonly ipv4: number;
  readonly ipv6: number;
}

/** Who is one as far as limits go: of IPv6 a home has a /64, and may take any address of it. */
export const oneHome: PrefixLengths = { ipv4: 32, ipv6: 64 };

/** A dual-stack socket names IPv4 peers as ::ffff:1.2.3.4; everyone else says 1.2.3.4. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** An address that was written by others, in the one spelling under which its log lines and bans are found. */
export function spelledAddress(written: string): string {
  const address = plainAddress(written);
  return isIP(address) === 6 ? plain(address) : address;
}

/** The first address of its network, as `203.0.113.0` or `2001:db8:1::`; undefined for what is no IP address. */
export function networkOf(named: string, { ipv4, ipv6 }: PrefixLengths = oneHome): string | undefined {
  const address = plainAddress(named);
  switch (isIP(address)) {
    case 4:
      return keep(address.split('.').map(Number), 8, ipv4).join('.');
    case 6: {
      const groups = keep(groupsOf(address), 16, ipv6);
      return plain(groups.map(group => group.toString(16)).join(':'));
    }
    default:
      return undefined;
  }
}

function keep(parts: readonly number[], width: number, bits: number): number[] {
  return parts.map((part, index) => {
    const kept = Math.min(width, Math.max(0, bits - index * width));
    return part & ~((1 << (width - kept)) - 1);
  });
}

function groupsOf(address: string): number[] {
  const [head = '', tail] = plain(address).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...(tail === undefined ? [] : zeros), ...after].map(group => Number.parseInt(group, 16));
}

/** The one way of writing it (RFC 5952), without the zone that only this machine knows. */
function plain(address: string): string {
  return new URL(`http://[${address.split('%', 1)[0]}]`).hostname.slice(1, -1);
}
