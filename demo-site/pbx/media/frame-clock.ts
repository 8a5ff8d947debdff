// One clock of 20 ms for everything that plays. It keeps its average: a late tick is made up for, a long stall is not.

const frameMs = 20;
const maxBehindMs = 200;

export class FrameClock {
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #next = 0;

  /** Calls `tick` every 20 ms until the returned function is called. */
  add(tick: () => void): () => void {
    this.#listeners.add(tick);
    if (!this.#timer) {
      this.#next = performance.now() + frameMs;
      this.#timer = setTimeout(this.#run, frameMs);
    }
    return () => {
      this.#listeners.delete(tick);
      if (this.#listeners.size > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  get size(): number {
    return this.#listeners.size;
  }

  readonly #run = (): void => {
    const now = performance.now();
    if (now - this.#next > maxBehindMs) this.#next = now;
    for (; this.#next <= now; this.#next += frameMs) {
      for (const tick of [...this.#listeners]) if (this.#listeners.has(tick)) tick();
    }
    if (this.#listeners.size > 0) this.#timer = setTimeout(this.#run, this.#next - performance.now());
  };
}
