// How often one address may ask: so many times in a row, and again as time passes. Remembers so many addresses and
// no more; those that have been quiet the longest are forgotten first.

import { isIPv6 } from 'node:net';

export interface AddressRateOptions {
  /** Times in a row. */
  readonly burst: number;
  /** Milliseconds until one more is allowed. */
  readonly everyMs: number;
  /** Milliseconds of a clock that never steps back. */
  readonly now?: () => number;
}

const MOST_ADDRESSES = 10_000;

interface Bucket {
  readonly left: number;
  readonly at: number;
}

export class AddressRate {
  readonly #options: AddressRateOptions;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: AddressRateOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** False when this address has had its share. */
  take(address: string): boolean {
    const { burst, everyMs } = this.#options;
    const key = network(address);
    const now = this.#now();
    const { left = burst, at = now } = this.#buckets.get(key) ?? {};
    const filled = Math.min(burst, left + (now - at) / everyMs);
    const allowed = filled >= 1;
    // Set anew at the end: the map stays in order of the last visit.
    this.#buckets.delete(key);
    this.#buckets.set(key, { left: allowed ? filled - 1 : filled, at: now });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MOST_ADDRESSES && oldest !== undefined) this.#buckets.delete(oldest);
    return allowed;
  }
}

/** A home has a /64 of IPv6 and may take any address of it; a dual-stack socket shows IPv4 as ::ffff:1.2.3.4. */
function network(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped || !isIPv6(address)) return mapped ?? address;
  const [head = '', tail] = address.split('::');
  const before = head ? head.split(':') : [];
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(Math.max(0, zeros)).fill('0'), ...after].slice(0, 4).join(':');
}
