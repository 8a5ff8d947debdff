// The error boundary of the call app: what a peer's message sets off runs inside of it. A failure there is a fault of
// this program. It is counted and logged, it costs that one message, and the calls go on.

import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import type { Faults } from '../observe/faults.ts';

export class CallErrorBoundary {
  readonly #faults: Faults;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  /**
   * Runs `work`; neither what it throws nor a promise of it that rejects goes any further. `recover` is called then,
   * for an answer that is owed.
   */
  run(what: string, work: () => unknown, recover: () => void = () => {}): void {
    const failed = (error: unknown) => {
      this.#faults.note(what, error);
      this.#faults.contain(what, recover);
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
}
