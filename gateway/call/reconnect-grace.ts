// Who is away from an established call, and for how long that is borne: the visitor, whose WebSocket broke or whose
// sound has ended, or the SIP engine itself. Sound crosses neither WebSocket nor engine, so without these people may
// well still be talking; and whose sound has ended may be on the way from one network to another.

import { type Asked, outlivedItsEngine } from './dialog-liveness.ts';
import type { Ending } from './outcome.ts';

export class ReconnectGrace {
  readonly #graceMs: number;
  readonly #over: (ending: Ending) => void;
  #visitor: NodeJS.Timeout | undefined;
  #media: NodeJS.Timeout | undefined;
  #engine: NodeJS.Timeout | undefined;

  /** `over` is told once somebody was away for longer than `reconnectSeconds`, or will not be back. */
  constructor(reconnectSeconds: number, over: (ending: Ending) => void) {
    this.#graceMs = reconnectSeconds * 1000;
    this.#over = over;
  }

  visitorLeft(): void {
    // An engine that is away took the visitors with it.
    this.#visitor ??= setTimeout(
      () => this.#over(this.#engine ? 'engine-lost' : 'visitor-lost'),
      this.#graceMs,
    );
  }

  visitorBack(): void {
    clearTimeout(this.#visitor);
    this.#visitor = undefined;
  }

  mediaLost(): void {
    this.#media ??= setTimeout(() => this.#over('media-lost'), this.#graceMs);
  }

  mediaBack(): void {
    clearTimeout(this.#media);
    this.#media = undefined;
  }

  engineLeft(): void {
    this.#engine ??= setTimeout(() => this.#over('engine-lost'), this.#graceMs);
  }

  /** A server that was only out of reach still knows the call's dialogs; one that started anew never will. */
  async engineBack(dialogs: readonly Asked[]): Promise<void> {
    if (!this.#engine) return;
    const outlived = await Promise.all(dialogs.map(outlivedItsEngine));
    clearTimeout(this.#engine);
    this.#engine = undefined;
    if (!outlived.every(Boolean)) this.#over('engine-lost');
  }

  /** The call is over by itself. */
  clear(): void {
    clearTimeout(this.#visitor);
    clearTimeout(this.#media);
    clearTimeout(this.#engine);
  }
}
