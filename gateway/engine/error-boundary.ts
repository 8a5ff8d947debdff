// The engine's error boundary. A fault of our own that a peer's message, a timer or an application's frame meets ends
// here: it is counted and logged in bounded number, and whatever else is under way goes on.

import type { Clock } from './transaction/timers.ts';

export interface ErrorLog {
  error(fields: object, text: string): void;
}

/** Lines written for the faults of one minute. */
const linesPerMinute = 10;
const minute = 60_000;

export class ErrorBoundary {
  /** How many there were. */
  count = 0;
  readonly #log: ErrorLog;
  readonly #clock: Pick<Clock, 'now'>;
  #since = Number.NEGATIVE_INFINITY;
  #lines = 0;

  constructor(log: ErrorLog, clock: Pick<Clock, 'now'>) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Runs `work`; says whether it ran to its end. */
  guard(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.note(error);
      return false;
    }
  }

  /** For promises that nothing else waits for. */
  readonly note = (error: unknown): void => {
    this.count += 1;
    const now = this.#clock.now();
    if (now - this.#since >= minute) {
      this.#since = now;
      this.#lines = 0;
    }
    this.#lines += 1;
    if (this.#lines > linesPerMinute) return;
    const stack = error instanceof Error ? error.stack : String(error);
    this.#log.error({ error: stack, faults: this.count }, 'a message could not be handled');
  };
}

/** Without an engine: a fault goes to the caller. */
export const unguarded: Pick<ErrorBoundary, 'guard' | 'note'> = {
  guard(work) {
    work();
    return true;
  },
  note(error) {
    throw error;
  },
};
