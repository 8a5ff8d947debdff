// Calls of a site that fail one after the other for the same cause: five of them within an hour are a fault that its
// owner does not know of, and one error line says so. A call that succeeds ends the row. Knows no calls, only causes.

import type { Log } from './log.ts';

/** Why a call failed. */
export interface Failure {
  readonly code: string;
  readonly side: string | undefined;
  /** One sentence. */
  readonly why: string;
  readonly mend: string | undefined;
}

const ROW = 5;
const HOUR_MS = 60 * 60_000;
/** Sites that are remembered; those that failed the longest ago are forgotten first. */
const MOST_SITES = 1_000;

interface Row {
  code: string;
  side: string | undefined;
  /** When the last calls failed; at most {@link ROW}. */
  times: number[];
  /** When the error line of a cause was written; as many as there are causes. */
  readonly toldAt: Map<string, number>;
}

export class FailureStreaks {
  readonly #log: Pick<Log, 'error'>;
  readonly #now: () => number;
  readonly #rows = new Map<string, Row>();

  /** `now` in milliseconds on a clock that never jumps. */
  constructor(log: Pick<Log, 'error'>, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** A call of the site reached the person, or their line. */
  succeeded(site: string): void {
    const row = this.#rows.get(site);
    if (row) row.times = [];
  }

  failed(site: string, failure: Failure): void {
    const now = this.#now();
    const row = this.#rowOf(site, failure);
    row.times = [...row.times, now].slice(-ROW);
    if (!this.#isFull(row, now)) return;
    if (now - (row.toldAt.get(failure.code) ?? Number.NEGATIVE_INFINITY) < HOUR_MS) return;
    row.toldAt.set(failure.code, now);
    const { code: cause, side, why, mend } = failure;
    this.#log.error(
      { site, failed: ROW, cause, side, why, mend },
      'the last five calls of this site failed alike',
    );
  }

  /** Whether the calls of the site fail now, whatever its visitors do. What a visitor can bring about does not show it. */
  isFailing(site: string): boolean {
    const row = this.#rows.get(site);
    if (row === undefined || row.side?.startsWith('visitor')) return false;
    return this.#isFull(row, this.#now());
  }

  #isFull({ times }: Row, now: number): boolean {
    return times.length === ROW && now - (times[0] ?? 0) < HOUR_MS;
  }

  #rowOf(site: string, { code, side }: Failure): Row {
    const known = this.#rows.get(site);
    const row = known ?? { code, side, times: [], toldAt: new Map() };
    if (row.code !== code) row.times = [];
    [row.code, row.side] = [code, side];
    // Set anew at the end: the map stays in the order of the last failure.
    this.#rows.delete(site);
    this.#rows.set(site, row);
    const [oldest] = this.#rows.keys();
    if (this.#rows.size > MOST_SITES && oldest !== undefined) this.#rows.delete(oldest);
    return row;
  }
}
