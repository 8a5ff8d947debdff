// Collects the items of a source as fast as they arrive. Any number of readers can read them from the start, each at
// its own speed: a call tries the first targets while others are still being resolved.

export class Gathering<T> implements AsyncIterable<T> {
  /** All items, frozen, when the source has ended. Rejects like the source, or when the signal is aborted. */
  readonly all: Promise<readonly T[]>;
  readonly #items: T[] = [];
  #ended = false;
  #nextItem: Promise<void>;
  #notify: () => void = () => {};

  constructor(source: AsyncIterable<T>, signal?: AbortSignal) {
    this.#nextItem = this.#waitForItem();
    this.all = abortable(this.#gather(source), signal);
    // Readers receive a failure when they read.
    this.all.catch(() => {}).finally(() => this.#end());
  }

  /** Resolves with the first item, or at the end. */
  async isEmpty(): Promise<boolean> {
    for await (const _ of this) return false;
    return true;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (let at = 0; ; ) {
      if (at < this.#items.length) yield this.#items[at++]!;
      else if (!this.#ended) await this.#nextItem;
      else {
        await this.all;
        return;
      }
    }
  }

  async #gather(source: AsyncIterable<T>): Promise<readonly T[]> {
    for await (const item of source) {
      // After an abort no reader is left.
      if (this.#ended) break;
      this.#items.push(item);
      this.#notify();
      this.#nextItem = this.#waitForItem();
    }
    return Object.freeze([...this.#items]);
  }

  #end(): void {
    this.#ended = true;
    this.#notify();
  }

  #waitForItem(): Promise<void> {
    return new Promise(resolve => {
      this.#notify = resolve;
    });
  }
}

async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}
