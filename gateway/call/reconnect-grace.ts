// How long an established call is kept when the visitor's WebSocket, the visitor's media or the SIP engine is lost.
// Sound crosses neither WebSocket nor engine: without them the two people may still be talking. A visitor whose media
// is lost may be changing networks.

import { type Asked, outlivedItsEngine } from './dialog-liveness.ts';
import type { Ending } from './outcome.ts';

export class ReconnectGrace {
  readonly #graceMs: number;
  readonly #over: (ending: Ending) => void;
  #visitor: NodeJS.Timeout | undefined;
  #media: NodeJS.Timeout | undefined;
  #engine: NodeJS.Timeout | undefined;

  /** `over` is called when one of them is away for longer than `reconnectSeconds`, or cannot come back. */
  constructor(reconnectSeconds: number, over: (ending: Ending) => void) {
    this.#graceMs = reconnectSeconds * 1000;
    this.#over = over;
  }

  visitorLeft(): void {
    // The loss of the engine closes the visitors' WebSockets too.
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

  /** Returns whether the media was away. */
  mediaBack(): boolean {
    const wasAway = this.#media !== undefined;
    clearTimeout(this.#media);
    this.#media = undefined;
    return wasAway;
  }

  engineLeft(): void {
    this.#engine ??= setTimeout(() => this.#over('engine-lost'), this.#graceMs);
  }

  /** A server that was only out of reach still has the call's dialogs; a server that was restarted does not. */
  async engineBack(dialogs: readonly Asked[]): Promise<void> {
    if (!this.#engine) return;
    const outlived = await Promise.all(dialogs.map(outlivedItsEngine));
    clearTimeout(this.#engine);
    this.#engine = undefined;
    if (!outlived.every(Boolean)) this.#over('engine-lost');
  }

  /** The call has ended. */
  clear(): void {
    clearTimeout(this.#visitor);
    clearTimeout(this.#media);
    clearTimeout(this.#engine);
  }
}
