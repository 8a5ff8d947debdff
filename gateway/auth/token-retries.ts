// Pages whose token was refused a moment ago. An element then asks for another one by itself, which may be good; where
// that one fails in the same way, it is no chance. Remembers so many and no more, the oldest are forgotten first.

import { networkOf } from '../net/network-address.ts';

/** An element tries again at once, but may have to work for its token. */
const SOON_MS = 30_000;
const MOST = 10_000;

export class TokenRetries {
  readonly #now: () => number;
  readonly #firsts = new Map<string, number>();

  /** `now` in milliseconds on a clock that never jumps. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get size(): number {
    return this.#firsts.size;
  }

  /** Whether a page of that network had the same refused just before. The one after that is a first one again. */
  isSecond(address: string, doubt: string): boolean {
    const key = `${networkOf(address) ?? address} ${doubt}`;
    const first = this.#firsts.get(key);
    this.#firsts.delete(key);
    if (first !== undefined && this.#now() - first < SOON_MS) return true;
    this.#firsts.set(key, this.#now());
    const [oldest] = this.#firsts.keys();
    if (this.#firsts.size > MOST && oldest !== undefined) this.#firsts.delete(oldest);
    return false;
  }
}
