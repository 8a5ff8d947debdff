// The engine's error boundary. An internal error that a peer's message, a timer or an application's frame triggers ends
// here: it is counted, and at most ten a minute are logged. All other work continues.

import type { Clock } from './transaction/timers.ts';

export interface ErrorLog {
  error(fields: object, text: string): void;
}

/** Log lines per minute. */
const linesPerMinute = 10;
const minute = 60_000;

export class ErrorBoundary {
  /** The number of errors so far. */
  count = 0;
  readonly #log: ErrorLog;
  readonly #clock: Pick<Clock, 'now'>;
  #since = Number.NEGATIVE_INFINITY;
  #lines = 0;

  constructor(log: ErrorLog, clock: Pick<Clock, 'now'>) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Runs `work`. Returns whether it finished without an exception. */
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
    this.#log.error({ error: stack, faults: this.count }, 'internal error: a message was not processed');
  };
}

/** Without an engine: an error reaches the caller. */
export const unguarded: Pick<ErrorBoundary, 'guard' | 'note'> = {
  guard(work) {
    work();
    return true;
  },
  note(error) {
    throw error;
  },
};
