// How often one address may ask: so many times in a row, and again as time passes. Remembers so many addresses and
// no more. An address whose bucket is full again is forgotten: a new one begins with the same.

import type { IncomingMessage } from 'node:http';
import { networkOf } from '../net/network-address.ts';

export interface AddressRateOptions {
  /** Times in a row. */
  readonly burst: number;
  /** Milliseconds until one more is allowed. */
  readonly everyMs: number;
  /** Milliseconds of a clock that never steps back. */
  readonly now?: () => number;
}

/** The same of the address that a request comes from. */
export interface RequestRate {
  take(request: IncomingMessage): boolean;
}

const MOST_ADDRESSES = 10_000;
/** Old entries looked at for one new request: more than one, so that the table shrinks. */
const SWEPT_AT_ONCE = 4;

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
    const key = networkOf(address) ?? address;
    const now = this.#now();
    const { left = burst, at = now } = this.#buckets.get(key) ?? {};
    const filled = Math.min(burst, left + (now - at) / everyMs);
    const allowed = filled >= 1;
    this.#sweep(now);
    // Set anew at the end: the map stays in order of the last visit.
    this.#buckets.delete(key);
    this.#buckets.set(key, { left: allowed ? filled - 1 : filled, at: now });
    return allowed;
  }

  /** From the oldest entry on: those that are full again, and one where the table is full. */
  #sweep(now: number): void {
    const { burst, everyMs } = this.#options;
    let looked = 0;
    for (const [key, { left, at }] of this.#buckets) {
      if (looked++ >= SWEPT_AT_ONCE) return;
      const isFull = left + (now - at) / everyMs >= burst;
      if (!isFull && this.#buckets.size < MOST_ADDRESSES) return;
      this.#buckets.delete(key);
    }
  }
}
