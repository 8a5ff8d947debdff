// The order of destination addresses (RFC 6724 6) for our source addresses: scope, label and precedence. Rule 9, the
// longest common prefix, is left out: equal addresses stay in the order of DNS, which distributes calls.

import { BlockList, isIP } from 'node:net';

/** The default policy table (RFC 6724 2.1): prefix, precedence, label. */
const policies = (
  [
    ['::1', 128, 50, 0],
    ['::ffff:0:0', 96, 35, 4],
    ['::', 96, 1, 3],
    ['2001::', 32, 5, 5],
    ['2002::', 16, 30, 2],
    ['3ffe::', 16, 1, 12],
    ['fec0::', 10, 1, 11],
    ['fc00::', 7, 3, 13],
    ['::', 0, 40, 1],
  ] as const
).map(([prefix, length, precedence, label]) => ({
  holds: within(prefix, length, 'ipv6'),
  precedence,
  label,
}));

const ofIpv4 = { precedence: 35, label: 4 };

const isLinkLocal = [
  within('127.0.0.0', 8, 'ipv4'),
  within('169.254.0.0', 16, 'ipv4'),
  within('::1', 128, 'ipv6'),
  within('fe80::', 10, 'ipv6'),
];
const isSiteLocal = within('fec0::', 10, 'ipv6');

/** Compared from the left; lower is better. */
type Rank = readonly [scopeDiffers: number, labelDiffers: number, precedence: number, scope: number];

/** No IPv4 address is ranked better than this. */
const bestOfIpv4: Rank = [0, 0, -ofIpv4.precedence, 0];

export class DestinationOrder {
  readonly #from: readonly string[];

  /** @param from our source addresses */
  constructor(from: readonly string[]) {
    this.#from = from;
  }

  /** The families to ask for. A family without a source address of ours is useless (rule 1). */
  get families(): ('ipv4' | 'ipv6')[] {
    return (['ipv6', 'ipv4'] as const).filter(family =>
      this.#from.some(address => isIP(address) === (family === 'ipv6' ? 6 : 4)),
    );
  }

  /** Whether this IPv6 address is best, whatever IPv4 addresses there are. */
  isFirst(address: string): boolean {
    return compare(this.#rank(address), bestOfIpv4) < 0;
  }

  /** Each family's addresses in order, the family of the best address first. */
  sorted(lists: readonly (readonly string[])[]): (readonly string[])[] {
    return lists
      .filter(list => list.length > 0)
      .map(list => this.#ranked(list))
      .sort(([one = ''], [other = '']) => compare(this.#rank(one), this.#rank(other)));
  }

  #ranked(list: readonly string[]): string[] {
    return [...list].sort((one, other) => compare(this.#rank(one), this.#rank(other)));
  }

  /** Ranked for the best of our source addresses (RFC 6724 5). */
  #rank(address: string): Rank {
    const scope = scopeOf(address);
    const { precedence, label } = policyOf(address);
    const ranks = this.#from
      .filter(own => isIP(own) === isIP(address))
      .map(
        (own): Rank => [
          Number(scopeOf(own) !== scope),
          Number(policyOf(own).label !== label),
          -precedence,
          scope,
        ],
      );
    return ranks.sort(compare)[0] ?? [1, 1, -precedence, scope];
  }
}

function compare(one: Rank, other: Rank): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}

function policyOf(address: string): { readonly precedence: number; readonly label: number } {
  return isIP(address) === 4 ? ofIpv4 : (policies.find(({ holds }) => holds(address)) ?? ofIpv4);
}

/** RFC 6724 3.1, 3.2: private IPv4 addresses have global scope. */
function scopeOf(address: string): number {
  if (isLinkLocal.some(holds => holds(address))) return 2;
  return isSiteLocal(address) ? 5 : 14;
}

function within(prefix: string, length: number, family: 'ipv4' | 'ipv6'): (address: string) => boolean {
  const list = new BlockList();
  list.addSubnet(prefix, length, family);
  return address => isIP(address) === (family === 'ipv6' ? 6 : 4) && list.check(address, family);
}
