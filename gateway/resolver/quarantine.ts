// Targets that failed lately: later calls try them last for a while. Knows nothing of why they failed
// (failover.ts does) and never shortens a list, so no call can take a place away from another.

import type { Target } from './target.ts';

const maxTargets = 1_000;
/** What a target may ask for, in milliseconds: an hour, and a second at least. */
const longestMs = 3_600_000;
const shortestMs = 1_000;

export class Quarantine {
  readonly #until = new Map<string, number>();
  readonly #now: () => number;
  readonly #forMs: number;

  /** @param now milliseconds of a clock that never steps back */
  constructor(options: { now?: () => number; forMs?: number } = {}) {
    this.#now = options.now ?? (() => performance.now());
    this.#forMs = options.forMs ?? 30_000;
  }

  get size(): number {
    return this.#until.size;
  }

  /** The target just failed in the sense of `isTargetFailure`; `askedMs` is its own Retry-After. */
  report(target: Target, askedMs?: number): void {
    const key = keyOf(target);
    const forMs = askedMs === undefined ? this.#forMs : Math.min(Math.max(askedMs, shortestMs), longestMs);
    // Set anew at the end: the map stays in order of its reports.
    this.#until.delete(key);
    this.#until.set(key, this.#now() + forMs);
    const [oldest] = this.#until.keys();
    if (this.#until.size > maxTargets && oldest) this.#until.delete(oldest);
  }

  /** The target answered: it need not wait out its time. */
  release(target: Target): void {
    this.#until.delete(keyOf(target));
  }

  /**
   * The same targets, those in quarantine last, so that none is ever taken away; within both groups the order
   * stays. Each is told as soon as it is known, and judged then.
   */
  async *order(targets: AsyncIterable<Target> | Iterable<Target>): AsyncGenerator<Target> {
    const held: Target[] = [];
    for await (const target of targets) {
      if (this.#waits(target)) held.push(target);
      else yield target;
    }
    yield* held;
  }

  #waits(target: Target): boolean {
    const now = this.#now();
    for (const [key, until] of this.#until) if (until <= now) this.#until.delete(key);
    return this.#until.has(keyOf(target));
  }
}

/** Over TLS a server may fail one domain, whose name its certificate lacks, and be right for another. */
function keyOf({ transport, address, port, domain }: Target): string {
  return `${transport} ${address} ${port}${transport === 'tls' ? ` ${domain}` : ''}`;
}
