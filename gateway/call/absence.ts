// Who is away from an established call, and for how long that is borne: the visitor, whose WebSocket broke,
// or the SIP engine itself. Sound crosses neither, so people may well still be talking.

import type { Dialog } from 'drachtio-srf';
import { outlivedItsEngine } from './dialog-life.ts';
import type { Ending } from './outcome.ts';

export class Absence {
  readonly #graceMs: number;
  readonly #over: (ending: Ending) => void;
  #visitor: NodeJS.Timeout | undefined;
  #engine: NodeJS.Timeout | undefined;

  /** `over` is told once somebody was away for longer than `graceSeconds`, or will not be back. */
  constructor(graceSeconds: number, over: (ending: Ending) => void) {
    this.#graceMs = graceSeconds * 1000;
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

  engineLeft(): void {
    this.#engine ??= setTimeout(() => this.#over('engine-lost'), this.#graceMs);
  }

  /** A server that was only out of reach still knows the call's dialogs; one that started anew never will. */
  async engineBack(dialogs: readonly Dialog[]): Promise<void> {
    if (!this.#engine) return;
    const outlived = await Promise.all(dialogs.map(outlivedItsEngine));
    clearTimeout(this.#engine);
    this.#engine = undefined;
    if (!outlived.every(Boolean)) this.#over('engine-lost');
  }

  /** The call is over by itself. */
  clear(): void {
    clearTimeout(this.#visitor);
    clearTimeout(this.#engine);
  }
}
