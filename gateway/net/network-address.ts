// Addresses as sockets report them, and the network of a given length that each belongs to. Used for limits per
// network, for bans and for shortened addresses.

import { isIP } from 'node:net';

/** Prefix lengths by family. */
export interface PrefixLengths {
  readonly ipv4: number;
  readonly ipv6: number;
}

/** The network that limits treat as one client: for IPv6 the /64, because a household usually controls all of it. */
export const clientPrefix: PrefixLengths = { ipv4: 32, ipv6: 64 };

/** A dual-stack socket reports IPv4 peers as ::ffff:1.2.3.4. All other code uses 1.2.3.4. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** An address that a peer has written, in the one spelling that log lines and bans use. */
export function spelledAddress(written: string): string {
  const address = plainAddress(written);
  return isIP(address) === 6 ? canonical(address) : address;
}

/**
 * The first address of the network, such as `203.0.113.0` or `2001:db8:1::`. Undefined if the text is not an IP
 * address.
 */
export function networkOf(named: string, { ipv4, ipv6 }: PrefixLengths = clientPrefix): string | undefined {
  const address = plainAddress(named);
  switch (isIP(address)) {
    case 4:
      return masked(address.split('.').map(Number), 8, ipv4).join('.');
    case 6: {
      const groups = masked(groupsOf(address), 16, ipv6);
      return canonical(groups.map(group => group.toString(16)).join(':'));
    }
    default:
      return undefined;
  }
}

function masked(parts: readonly number[], width: number, bits: number): number[] {
  return parts.map((part, index) => {
    const kept = Math.min(width, Math.max(0, bits - index * width));
    return part & ~((1 << (width - kept)) - 1);
  });
}

function groupsOf(address: string): number[] {
  const [head = '', tail] = canonical(address).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...(tail === undefined ? [] : zeros), ...after].map(group => Number.parseInt(group, 16));
}

/** The canonical spelling (RFC 5952), without the zone, which is valid only on this machine. */
function canonical(address: string): string {
  return new URL(`http://[${address.split('%', 1)[0]}]`).hostname.slice(1, -1);
}
