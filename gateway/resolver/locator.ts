// Resolves hosts to addresses: both families (RFC 7984), filtered by the address fence, each host asked once.

import { isIP } from 'node:net';
import type { DestinationOrder } from './destination.ts';
import type { Inquiry } from './inquiry.ts';
import { interleave } from './order.ts';

/** Limit of hosts, if the first ones have no usable address. */
const maxHosts = 24;

export interface LocatorOptions {
  readonly families: readonly ('ipv4' | 'ipv6')[];
  /** The order of addresses. Undefined: by family, the first family first. */
  readonly order?: DestinationOrder | undefined;
  /** Whether a target may have this address. */
  readonly allow: (address: string) => boolean;
  /** Called once for each refused address. */
  readonly onRefused: (address: string, host: string) => void;
}

export class Locator {
  readonly #inquiry: Inquiry;
  readonly #options: LocatorOptions;
  readonly #asked = new Set<string>();
  readonly #read = new Map<string, Promise<readonly string[]>>();

  constructor(inquiry: Inquiry, options: LocatorOptions) {
    this.#inquiry = inquiry;
    this.#options = options;
  }

  /** Asks early for hosts whose addresses will be needed, up to `upTo` hosts in total. */
  ahead(hosts: readonly string[], upTo = maxHosts): void {
    for (const host of hosts) {
      if (isIP(host) !== 0 || this.#asked.has(host) || this.#asked.size >= Math.min(upTo, maxHosts)) continue;
      this.#asked.add(host);
      for (const family of this.#options.families) this.#inquiry.ask(typeOf(family), host);
    }
  }

  /** Allowed addresses, best first, each as soon as its position is certain. Some may occur twice. */
  async *addresses(host: string): AsyncGenerator<string> {
    if (isIP(host) !== 0) {
      yield* this.#fenced([host], host);
      return;
    }
    this.ahead([host]);
    if (!this.#asked.has(host)) return;
    const lists: (readonly string[])[] = [];
    const { families, order } = this.#options;
    for (const family of families) {
      const list = await this.#ofFamily(family, host);
      const best = order?.sorted([list])[0]?.[0] ?? list[0];
      // The first family's best address does not wait for the second family, unless that may have a better one.
      if (lists.length === 0 && best !== undefined && (order?.isFirst(best) ?? true)) yield best;
      lists.push(list);
    }
    // RFC 7984 4: both families of one SRV target before the next SRV target.
    yield* interleave(order?.sorted(lists) ?? lists);
  }

  #ofFamily(family: 'ipv4' | 'ipv6', host: string): Promise<readonly string[]> {
    const key = `${family} ${host}`;
    const before = this.#read.get(key);
    if (before) return before;
    const reading = this.#inquiry.read(this.#inquiry.ask(typeOf(family), host), records => {
      const all = records.map(record => record.address);
      const allowed = this.#fenced(all, host);
      const lines = all.map(address =>
        allowed.includes(address) ? address : `${address} ; ignored: network not allowed`,
      );
      return { value: allowed, lines };
    });
    this.#read.set(key, reading);
    return reading;
  }

  #fenced(addresses: readonly string[], host: string): string[] {
    const allowed = addresses.filter(this.#options.allow);
    for (const address of addresses) {
      if (!allowed.includes(address)) this.#options.onRefused(address, host);
    }
    return allowed;
  }
}

function typeOf(family: 'ipv4' | 'ipv6'): 'A' | 'AAAA' {
  return family === 'ipv4' ? 'A' : 'AAAA';
}
