// Consecutive failed calls of a site with the same cause. Five within an hour are a fault that the owner may not have
// noticed, so one error line is logged. A successful call ends the streak. Must not depend on calls, only on causes.

import type { Log } from './log.ts';

/** The cause of a failed call. */
export interface Failure {
  readonly code: string;
  readonly side: string | undefined;
  /** One sentence. */
  readonly why: string;
  readonly mend: string | undefined;
}

const STREAK = 5;
const HOUR_MS = 60 * 60_000;
/** Limit of sites that are remembered. The site with the oldest failure is removed first. */
const MOST_SITES = 1_000;

interface Streak {
  code: string;
  side: string | undefined;
  /** The times of the last failures; at most {@link STREAK}. */
  times: number[];
  /** The time of the error line, by cause. As many entries as there are causes. */
  readonly loggedAt: Map<string, number>;
}

export class FailureStreaks {
  readonly #log: Pick<Log, 'error'>;
  readonly #now: () => number;
  readonly #streaks = new Map<string, Streak>();

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(log: Pick<Log, 'error'>, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  get size(): number {
    return this.#streaks.size;
  }

  /** A call of the site reached the person, or a busy line. */
  succeeded(site: string): void {
    const streak = this.#streaks.get(site);
    if (streak) streak.times = [];
  }

  failed(site: string, failure: Failure): void {
    const now = this.#now();
    const streak = this.#streakOf(site, failure);
    streak.times = [...streak.times, now].slice(-STREAK);
    if (!this.#isFull(streak, now)) return;
    if (now - (streak.loggedAt.get(failure.code) ?? Number.NEGATIVE_INFINITY) < HOUR_MS) return;
    streak.loggedAt.set(failure.code, now);
    const { code: cause, side, why, mend } = failure;
    this.#log.error(
      { site, failed: STREAK, cause, side, why, mend },
      'the last five calls of this site failed with the same cause',
    );
  }

  /** Whether the calls of the site currently fail for a reason that a visitor cannot cause alone. */
  isFailing(site: string): boolean {
    const streak = this.#streaks.get(site);
    if (streak === undefined || streak.side?.startsWith('visitor')) return false;
    return this.#isFull(streak, this.#now());
  }

  #isFull({ times }: Streak, now: number): boolean {
    return times.length === STREAK && now - (times[0] ?? 0) < HOUR_MS;
  }

  #streakOf(site: string, { code, side }: Failure): Streak {
    const known = this.#streaks.get(site);
    const streak = known ?? { code, side, times: [], loggedAt: new Map() };
    if (streak.code !== code) streak.times = [];
    [streak.code, streak.side] = [code, side];
    // Inserted again at the end: the map stays in the order of the last failure.
    this.#streaks.delete(site);
    this.#streaks.set(site, streak);
    const [oldest] = this.#streaks.keys();
    if (this.#streaks.size > MOST_SITES && oldest !== undefined) this.#streaks.delete(oldest);
    return streak;
  }
}
