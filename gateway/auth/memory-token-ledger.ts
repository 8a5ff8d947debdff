// The ledger of used tokens in the memory of this process. The table is bounded: when it is full, every further token is
// rejected until some entries expire, because a token that is no longer in the table could be used again.

import type { TokenLedger, TokenUse } from './token-ledger.ts';

/** More tokens than the gateway could serve in the few minutes of their validity. */
const MOST = 100_000;

export class MemoryTokenLedger implements TokenLedger {
  readonly #until = new Map<string, number>();
  readonly #now: () => number;
  readonly #most: number;
  #sweepAt = 0;

  /** `now` in milliseconds since 1970. */
  constructor(now: () => number = Date.now, most = MOST) {
    this.#now = now;
    this.#most = most;
  }

  async use(id: string, until: number): Promise<TokenUse> {
    this.#sweep();
    if (this.#until.has(id)) return 'used';
    if (this.#until.size >= this.#most) return 'full';
    this.#until.set(id, until);
    return 'fresh';
  }

  async count(): Promise<number> {
    return this.#until.size;
  }

  /** Checks the whole table, so not for every token. */
  #sweep(): void {
    const now = this.#now();
    // A clock that is set back must not delay the sweep by that time.
    if (now < this.#sweepAt && this.#sweepAt - now <= 1_000) return;
    this.#sweepAt = now + 1_000;
    for (const [id, until] of this.#until) if (until <= now) this.#until.delete(id);
  }
}
