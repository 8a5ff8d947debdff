// Failures of our own in callbacks that meet a peer's bytes. Each is counted and costs only what it was about, such as
// one connection; the process and its calls go on. Few of them are logged, so that a peer who can repeat one cannot
// fill the log.

import type { Log } from './log.ts';

const WINDOW_MS = 60_000;
const MOST_LINES = 5;

export class Faults {
  readonly #log: Pick<Log, 'error'> | undefined;
  readonly #now: () => number;
  #count = 0;
  #window = Number.NEGATIVE_INFINITY;
  #lines = 0;

  /** `now` in milliseconds on a clock that never jumps. */
  constructor(log: Pick<Log, 'error'> | undefined, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /** All so far. */
  get count(): number {
    return this.#count;
  }

  /** Runs `work`. When it throws, the failure is noted and `drop` ends what it was about. */
  contain(where: string, work: () => void, drop: () => void = () => {}): void {
    try {
      work();
    } catch (error) {
      this.note(where, error);
      drop();
    }
  }

  note(where: string, error: unknown): void {
    this.#count++;
    const now = this.#now();
    if (now >= this.#window + WINDOW_MS) {
      this.#window = now;
      this.#lines = 0;
    }
    if (++this.#lines > MOST_LINES) return;
    const stack = error instanceof Error ? error.stack : String(error);
    this.#log?.error({ where, stack, count: this.#count }, 'a failure of our own was contained');
  }
}
