// A token bucket for each client network: `burst` requests in a row, then one each `everyMs`. The table is bounded. A
// network whose bucket is full again is removed, because a new bucket starts full.

import type { IncomingMessage } from 'node:http';
import { networkOf } from '../net/network-address.ts';

export interface AddressRateOptions {
  /** Requests in a row. */
  readonly burst: number;
  /** Milliseconds until one more request is allowed. */
  readonly everyMs: number;
  /** Milliseconds of a clock that never steps back. */
  readonly now?: () => number;
}

/** A rate limit for the client address of a request. */
export interface RequestRate {
  take(request: IncomingMessage): boolean;
}

const MOST_ADDRESSES = 10_000;
/** Old entries checked for each new request: more than one, so that the table shrinks. */
const SWEPT_PER_REQUEST = 4;

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

  /** False when this address has used its share. */
  take(address: string): boolean {
    const { burst, everyMs } = this.#options;
    const key = networkOf(address) ?? address;
    const now = this.#now();
    const { left = burst, at = now } = this.#buckets.get(key) ?? {};
    const filled = Math.min(burst, left + (now - at) / everyMs);
    const allowed = filled >= 1;
    this.#sweep(now);
    // Inserted again at the end: the map stays in the order of the last request.
    this.#buckets.delete(key);
    this.#buckets.set(key, { left: allowed ? filled - 1 : filled, at: now });
    return allowed;
  }

  /** Removes the oldest entries whose bucket is full again, and one more when the table is full. */
  #sweep(now: number): void {
    const { burst, everyMs } = this.#options;
    let checked = 0;
    for (const [key, { left, at }] of this.#buckets) {
      if (checked++ >= SWEPT_PER_REQUEST) return;
      const isFull = left + (now - at) / everyMs >= burst;
      if (!isFull && this.#buckets.size < MOST_ADDRESSES) return;
      this.#buckets.delete(key);
    }
  }
}
