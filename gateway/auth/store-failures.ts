// Failures of the stores behind the ports TokenLedger, QuotaStore and CallRegistry. While a store fails, new calls are
// refused: otherwise a token could be used twice, and a client that overloads the store would have no limits. Running calls
// continue. At most five failures a minute are logged.

import { Faults } from '../observe/faults.ts';
import type { Log } from '../observe/log.ts';

/** When a page may try again. */
export const STORE_RETRY_SECONDS = 10;

export class StoreFailures {
  readonly #faults: Faults;

  constructor(log?: Pick<Log, 'error'>) {
    this.#faults = new Faults(
      log,
      undefined,
      'a store failed: new calls are refused, running calls continue',
    );
  }

  /** The number since the start. */
  get count(): number {
    return this.#faults.count;
  }

  note(where: string, error: unknown): void {
    this.#faults.note(where, error);
  }
}
