// This machine's own addresses, and the addresses that an answer from DNS may point at.

import { BlockList, isIP, SocketAddress } from 'node:net';
import { networkInterfaces } from 'node:os';
import { networksOf } from './network.ts';

/** The machine's first IPv4 address that is not loopback, then IPv6; loopback if there is no other. */
export function primaryAddress(): string;
/** The first of that family that is not loopback. */
export function primaryAddress(family: 'IPv4' | 'IPv6'): string | undefined;
export function primaryAddress(family?: 'IPv4' | 'IPv6'): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap(list => list ?? []);
  const usable = all.filter(item => !item.internal && !item.address.startsWith('fe80:'));
  if (family) return usable.find(item => item.family === family)?.address;
  const chosen = usable.find(item => item.family === 'IPv4') ?? usable[0];
  return chosen?.address ?? '127.0.0.1';
}

/** Splits ADDRESS:PORT, brackets of IPv6 removed. */
export function splitEndpoint(text: string): { address: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { address: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

/** The addresses of all interfaces of this machine. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap(list => (list ?? []).map(({ address }) => address));
}

/** How long the list of own addresses is cached. */
const ownMs = 10_000;

/**
 * The address fence for DNS answers. Refuses special-purpose addresses (RFC 6890) and this machine's own addresses, in
 * any spelling, unless a network in `allowed` contains them.
 */
export function addressFence(
  allowed: readonly string[],
  own: () => readonly string[] = ownAddresses,
): (address: string) => boolean {
  const open = networksOf(allowed);
  let ours = new BlockList();
  let readAgainAt = Number.NEGATIVE_INFINITY;
  const isPublic = (address: string, kind: 'ipv4' | 'ipv6'): boolean => {
    if (special.check(address, kind) || ours.check(address, kind)) return false;
    const embedded = kind === 'ipv6' ? embeddedIpv4(address) : undefined;
    return embedded === undefined || isPublic(embedded, 'ipv4');
  };
  return address => {
    // A zone names an interface of this machine. No public address has one.
    if (isIP(address) === 0 || address.includes('%')) return false;
    const kind = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    if (open.check(address, kind)) return true;
    if (performance.now() >= readAgainAt) {
      ours = networksOf(withoutZones(own()).map(one => `${one}/${isIP(one) === 4 ? 32 : 128}`));
      readAgainAt = performance.now() + ownMs;
    }
    return isPublic(address, kind);
  };
}

function withoutZones(addresses: readonly string[]): string[] {
  return addresses.map(address => address.split('%')[0] ?? '').filter(address => isIP(address) !== 0);
}

/**
 * IANA's registries of special-purpose addresses (RFC 6890), with multicast. Some of these can be reached from
 * everywhere (AS112, AMT, TURN and PCP anycast), but no PBX is there.
 */
const special = networksOf([
  // This network.
  '0.0.0.0/8',
  // Private and shared (RFC 1918, 6598).
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  // Link-local (RFC 3927), with the metadata services of clouds.
  '169.254.0.0/16',
  // IETF protocol assignments, documentation, benchmarking (RFC 5736, 5737, 2544).
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '198.18.0.0/15',
  // AS112 (RFC 7534, 7535), AMT (RFC 7450), 6to4 relay anycast (RFC 7526).
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.175.48.0/24',
  // Multicast, reserved, broadcast.
  '224.0.0.0/3',

  // Unspecified, loopback, IPv4-compatible. BlockList itself unmaps IPv4-mapped addresses (::ffff:0:0/96).
  '::/96',
  // Translated by SIIT (RFC 2765), and by a network's own NAT64 (RFC 8215).
  '::ffff:0:0:0/96',
  '64:ff9b:1::/48',
  // Discard-only and dummy (RFC 6666, 9780).
  '100::/64',
  '100:0:0:1::/64',
  // IETF protocol assignments: Teredo, anycast of PCP, TURN and DNS-SD, benchmarking, AMT, AS112, ORCHID, drones.
  '2001::/23',
  // Documentation (RFC 3849, 9637).
  '2001:db8::/32',
  '3fff::/20',
  // 6to4 (RFC 3056): a relay decides where it leads, whatever IPv4 address it contains.
  '2002::/16',
  // AS112 (RFC 7535).
  '2620:4f:8000::/48',
  // Segment routing (RFC 9602).
  '5f00::/16',
  // Unique local, link-local, site-local (RFC 3879), multicast.
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]);

/**
 * The IPv4 address that a public IPv6 address contains: by NAT64 (RFC 6052 2.1) or ISATAP (RFC 5214 6.1). The table
 * covers other embeddings completely.
 */
function embeddedIpv4(address: string): string | undefined {
  const groups = groupsOf(address);
  const isNat64 = groups.slice(0, 6).join() === [0x64, 0xff9b, 0, 0, 0, 0].join();
  const isIsatap = (groups[4] === 0 || groups[4] === 0x200) && groups[5] === 0x5efe;
  if (!isNat64 && !isIsatap) return undefined;
  return groups
    .slice(6)
    .flatMap(group => [group >> 8, group & 0xff])
    .join('.');
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): number[] {
  // One spelling, in which the last two groups may be in dotted form.
  const { address: written } = new SocketAddress({ address, family: 'ipv6' });
  const lastColon = written.lastIndexOf(':');
  const [a = 0, b, c = 0, d = 0] = written
    .slice(lastColon + 1)
    .split('.')
    .map(Number);
  const text =
    b === undefined
      ? written
      : `${written.slice(0, lastColon + 1)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  const [head = '', tail] = text.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].map(group => Number.parseInt(group, 16));
}
