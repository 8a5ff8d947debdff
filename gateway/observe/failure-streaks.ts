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

const ROW = 5;
const HOUR_MS = 60 * 60_000;
/** Limit of sites that are remembered. The site with the oldest failure is removed first. */
const MOST_SITES = 1_000;

interface Row {
  code: string;
  /** The times of the last failures; at most {@link STREAK}. */
  times: number[];
  /** The time of the error line, by cause. As many entries as there are causes. */
  readonly toldAt: Map<string, number>;
}

export class FailureStreaks {
  readonly #log: Pick<Log, 'error'>;
  readonly #now: () => number;
  readonly #rows = new Map<string, Row>();

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(log: Pick<Log, 'error'>, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** A call of the site reached the person, or a busy line. */
  succeeded(site: string): void {
    const row = this.#rows.get(site);
    if (row) row.times = [];
  }

  failed(site: string, failure: Failure): void {
    const now = this.#now();
    const row = this.#rowOf(site, failure.code);
    row.times = [...row.times, now].slice(-ROW);
    if (!this.#isFull(row, now)) return;
    if (now - (row.toldAt.get(failure.code) ?? Number.NEGATIVE_INFINITY) < HOUR_MS) return;
    row.toldAt.set(failure.code, now);
    const { code: cause, side, why, mend } = failure;
    this.#log.error(
      { site, failed: ROW, cause, side, why, mend },
      'the last five calls of this site failed with the same cause',
    );
  }

  /** Whether the calls of the site currently fail for a reason other than its visitors. */
  isFailing(site: string): boolean {
    const row = this.#rows.get(site);
    return row !== undefined && this.#isFull(row, this.#now());
  }

  #isFull({ times }: Row, now: number): boolean {
    return times.length === ROW && now - (times[0] ?? 0) < HOUR_MS;
  }

  #rowOf(site: string, code: string): Row {
    const known = this.#rows.get(site);
    const row = known ?? { code, times: [], toldAt: new Map() };
    if (row.code !== code) row.times = [];
    row.code = code;
    // Inserted again at the end: the map stays in the order of the last failure.
    this.#rows.delete(site);
    this.#rows.set(site, row);
    const [oldest] = this.#rows.keys();
    if (this.#rows.size > MOST_SITES && oldest !== undefined) this.#rows.delete(oldest);
    return row;
  }
}
