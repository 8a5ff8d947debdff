// Which tokens were used, for as long as they would be good. Remembers so many and no more: beyond that nobody is
// believed until some have run out, for what is forgotten could be used again.

/** As many as come in some minutes of a flood that is already far beyond what the gateway would connect. */
const MOST = 100_000;

export class UsedTokens {
  readonly #until = new Map<string, number>();
  readonly #now: () => number;
  readonly #most: number;
  #sweepAt = 0;

  /** `now` in milliseconds since 1970. */
  constructor(now: () => number = Date.now, most = MOST) {
    this.#now = now;
    this.#most = most;
  }

  get size(): number {
    return this.#until.size;
  }

  /** Uses `id`, which is good until then: `used` when it was before, `full` when too many are to be remembered. */
  use(id: string, until: number): 'fresh' | 'used' | 'full' {
    this.#sweep();
    if (this.#until.has(id)) return 'used';
    if (this.#until.size >= this.#most) return 'full';
    this.#until.set(id, until);
    return 'fresh';
  }

  /** All of them, and so not with every token. */
  #sweep(): void {
    const now = this.#now();
    // A clock that was set back must not put it off for as long.
    if (now < this.#sweepAt && this.#sweepAt - now <= 1_000) return;
    this.#sweepAt = now + 1_000;
    for (const [id, until] of this.#until) if (until <= now) this.#until.delete(id);
  }
}
