// The stream of call events. A call emits; records, quarantine and reachability subscribe. A call does not depend on
// any subscriber: a listener that throws is counted and logged, and the call goes on.

import { Faults } from '../observe/faults.ts';
import type { Log } from '../observe/log.ts';
import type { AttemptOutcome } from '../resolver/failover.ts';
import type { Target } from '../resolver/target.ts';
import type { CallRecord } from './call-record.ts';
import type { Outcome } from './outcome.ts';

export type CallEvent =
  /** An INVITE was not taken, for a reason that is not the visitor's. */
  | { readonly type: 'refused'; readonly domain: string; readonly outcome: Outcome }
  /** One server of the domain was tried. */
  | { readonly type: 'attempted'; readonly target: Target; readonly outcome: AttemptOutcome }
  | { readonly type: 'ended'; readonly record: CallRecord };

export type CallEventListener = (event: CallEvent) => void;

export class CallEvents {
  readonly #listeners = new Set<CallEventListener>();
  readonly #faults: Faults;

  constructor(log?: Log) {
    this.#faults = new Faults(log);
  }

  /** Returns a function that ends the subscription. */
  subscribe(listener: CallEventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: CallEvent): void {
    for (const listener of this.#listeners) {
      this.#faults.contain(`call event ${event.type}`, () => listener(event));
    }
  }
}
