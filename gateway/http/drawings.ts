// Codes and pictures of cards: drawn when they are asked for first, one at a time, and kept. Requests for the same drawing
// share it. Drawings take 5 ms to 500 ms of one core; between two of them the event loop has its turn.

import { setImmediate as nextTurn } from 'node:timers/promises';

export interface Drawing {
  readonly body: Buffer;
}

/** A picture has 40 kB: those of 400 people, and no more however many hosts they are asked for under. */
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_WAITING = 16;
const MOST_WAITING_OF_ONE = 4;

export class Drawings<T extends Drawing> {
  /** In the order of their last use. */
  readonly #kept = new Map<string, T>();
  readonly #begun = new Map<string, Promise<T>>();
  /** How many wait, by who asked for them: no more entries than drawings that wait. */
  readonly #waiting = new Map<string, number>();
  #bytes = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** Undefined when it would have to be drawn, and `mayDraw` says no or too many are waiting, in all or of `from`. */
  async of(
    key: string,
    draw: () => Promise<T>,
    mayDraw: () => boolean,
    from: string,
  ): Promise<T | undefined> {
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    const begun = this.#begun.get(key);
    if (begun) return await begun;
    const waiting = this.#waiting.get(from) ?? 0;
    if (this.#begun.size >= MOST_WAITING || waiting >= MOST_WAITING_OF_ONE || !mayDraw()) return undefined;
    const fresh = this.#inTurn(draw);
    this.#begun.set(key, fresh);
    this.#waiting.set(from, waiting + 1);
    try {
      const drawing = await fresh;
      this.#keep(key, drawing);
      return drawing;
    } finally {
      this.#begun.delete(key);
      const left = (this.#waiting.get(from) ?? 1) - 1;
      if (left > 0) this.#waiting.set(from, left);
      else this.#waiting.delete(from);
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
