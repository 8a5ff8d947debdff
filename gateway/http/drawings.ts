// QR codes and pictures of cards: drawn at the first request, one at a time, and cached. Requests for the same drawing
// share it. A drawing takes 5 ms to 500 ms of one core; the event loop runs between two drawings.

import { setImmediate as nextTurn } from 'node:timers/promises';

export interface Drawing {
  readonly body: Buffer;
}

/** A picture has 40 kB: room for 400 people, independent of the number of Host names. */
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_WAITING = 16;
const MOST_WAITING_PER_NETWORK = 4;

export class Drawings<T extends Drawing> {
  /** In the order of the last use. */
  readonly #cached = new Map<string, T>();
  readonly #drawing = new Map<string, Promise<T>>();
  /** The number of waiting drawings by client network: at most as many entries as waiting drawings. */
  readonly #waiting = new Map<string, number>();
  #bytes = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** Undefined when it is not cached, and `mayDraw` returns false or too many wait, in total or for `network`. */
  async of(
    key: string,
    draw: () => Promise<T>,
    mayDraw: () => boolean,
    network: string,
  ): Promise<T | undefined> {
    const cached = this.#cached.get(key);
    if (cached) {
      this.#cached.delete(key);
      this.#cached.set(key, cached);
      return cached;
    }
    const started = this.#drawing.get(key);
    if (started) return await started;
    const waiting = this.#waiting.get(network) ?? 0;
    if (this.#drawing.size >= MOST_WAITING || waiting >= MOST_WAITING_PER_NETWORK || !mayDraw())
      return undefined;
    const pending = this.#inTurn(draw);
    this.#drawing.set(key, pending);
    this.#waiting.set(network, waiting + 1);
    try {
      const drawing = await pending;
      this.#cache(key, drawing);
      return drawing;
    } finally {
      this.#drawing.delete(key);
      const left = (this.#waiting.get(network) ?? 1) - 1;
      if (left > 0) this.#waiting.set(network, left);
      else this.#waiting.delete(network);
    }
  }

  #inTurn(draw: () => Promise<T>): Promise<T> {
    const pending = this.#last.then(() => nextTurn()).then(draw);
    this.#last = pending.catch(() => {});
    return pending;
  }

  #cache(key: string, drawing: T): void {
    this.#cached.set(key, drawing);
    this.#bytes += drawing.body.length;
    for (const [oldest, { body }] of this.#cached) {
      if (this.#bytes <= MOST_BYTES) break;
      this.#cached.delete(oldest);
      this.#bytes -= body.length;
    }
  }
}
