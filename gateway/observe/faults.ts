// Internal errors in callbacks that process a peer's bytes. Each is counted and ends only its own connection or
// request; the process and other calls continue. At most five a minute are logged, so that a peer that repeats one
// cannot fill the log.

import type { Log } from './log.ts';

const WINDOW_MS = 60_000;
const MOST_LINES = 5;
const DROPPED = 'internal error: the affected request or connection was dropped';

export class Faults {
  readonly #log: Pick<Log, 'error'> | undefined;
  readonly #now: () => number;
  readonly #text: string;
  #count = 0;
  #window = Number.NEGATIVE_INFINITY;
  #lines = 0;

  /** `now` returns milliseconds of a monotonic clock. `text` is the log line. */
  constructor(
    log: Pick<Log, 'error'> | undefined,
    now: () => number = () => performance.now(),
    text = DROPPED,
  ) {
    this.#log = log;
    this.#now = now;
    this.#text = text;
  }

  /** The number since the start. */
  get count(): number {
    return this.#count;
  }

  /** Runs `work`. If it throws, the error is counted and logged, and `drop` ends the affected connection or request. */
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
    this.#log?.error({ where, stack, count: this.#count }, this.#text);
  }
}
