// Codes and pictures of cards: drawn when they are asked for first, one at a time, and kept. Requests for the same drawing
// share it. Drawings take 5 ms to 500 ms of one core; between two of them the event loop has its turn.

import { setImmediate as nextTurn } from 'node:timers/promises';

export interface Drawing {
  readonly body: Buffer;
}

/** A picture has 40 kB: those of 400 people, and no more however many hosts they are asked for under. */
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_WAITING = 16;

export class Drawings<T extends Drawing> {
  /** In the order of their last use. */
  readonly #kept = new Map<string, T>();
  readonly #begun = new Map<string, Promise<T>>();
  #bytes = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** Undefined when it would have to be drawn, and `mayDraw` says no or too many are waiting. */
  async of(key: string, draw: () => Promise<T>, mayDraw: () => boolean): Promise<T | undefined> {
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    const begun = this.#begun.get(key);
    if (begun) return await begun;
    if (this.#begun.size >= MOST_WAITING || !mayDraw()) return undefined;
    const fresh = this.#inTurn(draw);
    this.#begun.set(key, fresh);
    try {
      const drawing = await fresh;
      this.#keep(key, drawing);
      return drawing;
    } finally {
      this.#begun.delete(key);
    }
  }

  #inTurn(draw: () => Promise<T>): Promise<T> {
    const fresh = this.#last.then(() => nextTurn()).then(draw);
    this.#last = fresh.catch(() => {});
    return fresh;
  }

  #keep(key: string, drawing: T): void {
    this.#kept.set(key, drawing);
    this.#bytes += drawing.body.length;
    for (const [oldest, { body }] of this.#kept) {
      if (this.#bytes <= MOST_BYTES) break;
      this.#kept.delete(oldest);
      this.#bytes -= body.length;
    }
  }
}
