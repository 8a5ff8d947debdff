// Which addresses are this machine's own, and which ones an answer from DNS may point at.

import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** The machine's first IPv4 address that is not loopback, then IPv6; loopback when it has no other. */
export function primaryAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap(list => list ?? []);
  const usable = all.filter(item => !item.internal && !item.address.startsWith('fe80:'));
  const chosen = usable.find(item => item.family === 'IPv4') ?? usable[0];
  return chosen?.address ?? '127.0.0.1';
}

/** Splits ADDRESS:PORT, brackets of IPv6 removed. */
export function splitEndpoint(text: string): { address: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { address: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

/** Addresses of all interfaces of this machine. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap(list => (list ?? []).map(({ address }) => address));
}

/** How long the machine's own addresses are believed to stay the same. */
const ownMs = 10_000;

/**
 * The fence around DNS answers: special-purpose addresses (RFC 6890) and this machine's own are refused
 * unless one of `allowed` networks holds them.
 */
export function addressFence(
  allowed: readonly string[],
  own: () => readonly string[] = ownAddresses,
): (address: string) => boolean {
  const open = blockList(allowed);
  let ours = new BlockList();
  let readAgainAt = Number.NEGATIVE_INFINITY;
  return address => {
    const family = isIP(address);
    if (family === 0) return false;
    const kind = family === 4 ? 'ipv4' : 'ipv6';
    if (open.check(address, kind)) return true;
    if (performance.now() >= readAgainAt) {
      ours = blockList(own().map(one => `${one}/${isIP(one) === 4 ? 32 : 128}`));
      readAgainAt = performance.now() + ownMs;
    }
    return !special.check(address, kind) && !ours.check(address, kind);
  };
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix = ''] = network.split('/');
    list.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

const special4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];

const special = blockList([
  ...special4,
  // The same behind a translator (RFC 6052 2.1); what is mapped (::ffff:0:0/96) BlockList sees through itself.
  ...special4.map(translated),
  '::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/32',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]);

function translated(network: string): string {
  const [address, prefix] = network.split('/');
  return `64:ff9b::${address}/${96 + Number(prefix)}`;
}
