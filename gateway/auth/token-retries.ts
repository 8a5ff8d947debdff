// Remembers pages whose token was rejected recently. The element then requests one more token by itself, which may be
// good; if that token fails in the same way, the fault is permanent. The table is bounded; the oldest entry goes first.

import { networkOf } from '../net/network-address.ts';

/** The element tries again immediately, but may first have to compute a proof of work. */
const SOON_MS = 30_000;
const MOST = 10_000;

export class TokenRetries {
  readonly #now: () => number;
  readonly #firsts = new Map<string, number>();

  /** `now` in milliseconds on a monotonic clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get size(): number {
    return this.#firsts.size;
  }

  /** Whether a token of that network was rejected for the same reason just before. The next failure is a first one again. */
  isSecond(address: string, fault: string): boolean {
    const key = `${networkOf(address) ?? address} ${fault}`;
    const first = this.#firsts.get(key);
    this.#firsts.delete(key);
    if (first !== undefined && this.#now() - first < SOON_MS) return true;
    this.#firsts.set(key, this.#now());
    const [oldest] = this.#firsts.keys();
    if (this.#firsts.size > MOST && oldest !== undefined) this.#firsts.delete(oldest);
    return false;
  }
}
