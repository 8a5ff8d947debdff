// The error boundary of the call app: what a peer's message sets off runs inside of it. A failure there is a fault of
// this program. It is counted and logged, it costs that one message, and the calls go on.

import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import type { Log } from '../observe/log.ts';

/** So many failures are logged with their stack in each window; the rest is counted. */
const LOGGED = 5;
const WINDOW_MS = 60_000;

export class Boundary {
  readonly #log: Log;
  readonly #now: () => number;
  #failures = 0;
  #window = Number.NEGATIVE_INFINITY;
  #logged = 0;

  /** `now` in milliseconds, of a clock that never steps back. */
  constructor(log: Log, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /** Failures so far. */
  get failures(): number {
    return this.#failures;
  }

  /**
   * Runs `work`; neither what it throws nor a promise of it that rejects goes any further. `recover` is called then,
   * for an answer that is owed.
   */
  run(what: string, work: () => unknown, recover: () => void = () => {}): void {
    const failed = (error: unknown) => {
      this.#note(what, error);
      try {
        recover();
      } catch (another) {
        this.#note(what, another);
      }
    };
    try {
      const result = work();
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** A listener for requests that answers them with 500 where `work` fails. */
  answering(
    work: (request: SrfRequest, response: SrfResponse) => unknown,
  ): (request: SrfRequest, response: SrfResponse) => void {
    return (request, response) =>
      this.run(
        request.method,
        () => work(request, response),
        () => response.finalResponseSent || response.send(500),
      );
  }

  #note(what: string, error: unknown): void {
    this.#failures++;
    const now = this.#now();
    if (now - this.#window >= WINDOW_MS) {
      this.#window = now;
      this.#logged = 0;
    }
    if (++this.#logged > LOGGED) return;
    this.#log.error({ what, failures: this.#failures, error }, 'a message could not be handled');
  }
}
