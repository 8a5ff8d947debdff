// The requests from the network that wait for an application's answer. The server transactions limit their number. A
// request leaves with its answer, or when the application did not answer in time.

import type { Timer, Timers } from '../transaction/timers.ts';
import type { Owner } from './dialog.ts';
import type { IncomingRequest } from './incoming-request.ts';

/**
 * How long a request may have no answer from an application at all, in milliseconds. drachtio-server has the same
 * limit.
 */
const silenceLimit = 64_000;
/** How long a request may have only provisional answers. */
const ringingLimit = 600_000;

export class WaitingRequests {
  readonly #timers: Timers;
  readonly #waiting = new Map<string, { request: IncomingRequest; timer: Timer }>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  get(id: string): IncomingRequest | undefined {
    return this.#waiting.get(id)?.request;
  }

  add(request: IncomingRequest): void {
    const timer = this.#timers.start(silenceLimit, onSilence, request);
    this.#waiting.set(request.id, { request, timer });
  }

  /** The application sent a response that is not final. */
  progressed(request: IncomingRequest): void {
    const entry = this.#waiting.get(request.id);
    if (entry === undefined) return;
    this.#timers.stop(entry.timer);
    entry.timer = this.#timers.start(ringingLimit, onSilence, request);
  }

  forget(request: IncomingRequest): void {
    const entry = this.#waiting.get(request.id);
    if (entry === undefined) return;
    this.#timers.stop(entry.timer);
    this.#waiting.delete(request.id);
  }

  *ownedBy(owner: Owner): Iterable<IncomingRequest> {
    for (const { request } of this.#waiting.values()) if (request.owner === owner) yield request;
  }

  clear(): void {
    for (const { timer } of this.#waiting.values()) this.#timers.stop(timer);
    this.#waiting.clear();
  }
}

function onSilence(request: IncomingRequest): void {
  request.neglected();
}
