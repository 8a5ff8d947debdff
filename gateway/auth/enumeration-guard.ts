// Remembers which client network requested which unknown name. A stale link requests the same name repeatedly; a client
// that guesses names requests each name once. The set is bounded: the pair with the oldest request is removed first.

import { networkOf } from '../net/network-address.ts';

const MOST_PAIRS = 10_000;

export class EnumerationGuard {
  readonly #pairs = new Set<string>();

  get size(): number {
    return this.#pairs.size;
  }

  /** True when that network has not requested `name` recently. `name` is stored, so the caller bounds its length. */
  isFirst(address: string, name: string): boolean {
    const pair = `${networkOf(address) ?? address} ${name}`;
    // Inserted again at the end: the set stays in the order of the last request.
    const known = this.#pairs.delete(pair);
    this.#pairs.add(pair);
    const [oldest] = this.#pairs;
    if (this.#pairs.size > MOST_PAIRS && oldest !== undefined) this.#pairs.delete(oldest);
    return !known;
  }
}
