// Targets that failed recently: later calls try them last for a while. Must not depend on the reason (failover.ts
// decides). Never removes a target from a list, so one call cannot take a target from another.

import type { Target } from './target.ts';

const maxTargets = 1_000;
/** Limits of a Retry-After, in milliseconds: one hour, and at least one second. */
const longestMs = 3_600_000;
const shortestMs = 1_000;

export class Quarantine {
  readonly #until = new Map<string, number>();
  readonly #now: () => number;
  readonly #forMs: number;

  /** @param now milliseconds of a monotonic clock */
  constructor(options: { now?: () => number; forMs?: number } = {}) {
    this.#now = options.now ?? (() => performance.now());
    this.#forMs = options.forMs ?? 30_000;
  }

  get size(): number {
    return this.#until.size;
  }

  /** The target has failed as defined by `isTargetFailure`. `askedMs` is its Retry-After. */
  report(target: Target, askedMs?: number): void {
    const key = keyOf(target);
    const forMs = askedMs === undefined ? this.#forMs : Math.min(Math.max(askedMs, shortestMs), longestMs);
    // Inserted again at the end: the map stays in the order of reports.
    this.#until.delete(key);
    this.#until.set(key, this.#now() + forMs);
    const [oldest] = this.#until.keys();
    if (this.#until.size > maxTargets && oldest) this.#until.delete(oldest);
  }

  /** The target answered: its quarantine ends. */
  release(target: Target): void {
    this.#until.delete(keyOf(target));
  }

  /**
   * The same targets with the quarantined ones last; the order within both groups stays. Each target is passed on as
   * soon as it is known, and checked then.
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

/** Over TLS a server may fail for one domain, which its certificate lacks, and work for another. */
function keyOf({ transport, address, port, domain }: Target): string {
  return `${transport} ${address} ${port}${transport === 'tls' ? ` ${domain}` : ''}`;
}
