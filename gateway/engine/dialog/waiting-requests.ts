// The requests from the network that wait for an application's answer. Bounded by the server transactions they
// belong to; each leaves with its answer, or when the application has been silent for too long.

import type { Timer, Timers } from '../transaction/timers.ts';
import type { Owner } from './dialog.ts';
import type { IncomingRequest } from './incoming-request.ts';

/** How long an application may leave a request without any answer, in milliseconds, as the daemon has it. */
const silenceLimit = 64_000;
/** How long it may ring without another word. */
const ringingLimit = 600_000;

export class WaitingRequests {
  readonly #timers: Timers;
  readonly #waiting = new Map<string, { request: IncomingRequest; patience: Timer }>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  get(id: string): IncomingRequest | undefined {
    return this.#waiting.get(id)?.request;
  }

  add(request: IncomingRequest): void {
    const patience = this.#timers.start(silenceLimit, onSilence, request);
    this.#waiting.set(request.id, { request, patience });
  }

  /** The application said something, not yet the last word. */
  progressed(request: IncomingRequest): void {
    const entry = this.#waiting.get(request.id);
    if (entry === undefined) return;
    this.#timers.stop(entry.patience);
    entry.patience = this.#timers.start(ringingLimit, onSilence, request);
  }

  forget(request: IncomingRequest): void {
    const entry = this.#waiting.get(request.id);
    if (entry === undefined) return;
    this.#timers.stop(entry.patience);
    this.#waiting.delete(request.id);
  }

  *ownedBy(owner: Owner): Iterable<IncomingRequest> {
    for (const { request } of this.#waiting.values()) if (request.owner === owner) yield request;
  }

  clear(): void {
    for (const { patience } of this.#waiting.values()) this.#timers.stop(patience);
    this.#waiting.clear();
  }
}

function onSilence(request: IncomingRequest): void {
  request.neglected();
}
