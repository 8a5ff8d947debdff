// Who has asked for whom before: a button that a page left standing asks again and again, a guesser never twice.
// Remembers so many pairs and no more; those that were not asked for the longest are forgotten first.

import { networkOf } from '../net/network-address.ts';

const MOST_PAIRS = 10_000;

export class EnumerationGuard {
  readonly #pairs = new Set<string>();

  get size(): number {
    return this.#pairs.size;
  }

  /** True when nobody of that network has asked for `name` lately. `name` is kept, and so of bounded length. */
  isFirst(address: string, name: string): boolean {
    const pair = `${networkOf(address) ?? address} ${name}`;
    // Set anew at the end: the set stays in order of the last asking.
    const known = this.#pairs.delete(pair);
    this.#pairs.add(pair);
    const [oldest] = this.#pairs;
    if (this.#pairs.size > MOST_PAIRS && oldest !== undefined) this.#pairs.delete(oldest);
    return !known;
  }
}
