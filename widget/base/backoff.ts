// When to try again: at growing intervals, a half of each drawn at random, so that pages that lost their gateway at the
// same moment do not all come back to it at another. Knows not what it tries.

export interface Pace {
  /** Milliseconds until the first try at most, twice as many until the next, and never more than `most`. */
  readonly first: number;
  readonly most: number;
}

export interface Clock {
  set(work: () => void, ms: number): unknown;
  clear(timer: unknown): void;
  /** 0 to 1. */
  random(): number;
}

const wall: Clock = {
  set: (work, ms) => setTimeout(work, ms),
  clear: timer => clearTimeout(timer as ReturnType<typeof setTimeout>),
  random: Math.random,
};

export class Backoff {
  readonly #attempt: () => void;
  readonly #pace: Pace;
  readonly #clock: Clock;
  #tries = 0;
  #timer: unknown;

  constructor(attempt: () => void, pace: Pace, clock = wall) {
    this.#attempt = attempt;
    this.#pace = pace;
    this.#clock = clock;
  }

  get running(): boolean {
    return this.#timer !== undefined;
  }

  /** Tries from now on, until {@link end}; nothing new while it does already. */
  begin(): void {
    if (!this.running) this.#wait();
  }

  /** Something has changed: the next try is now, and those after it come as quickly as at first. */
  now(): void {
    this.end();
    this.#wait();
    this.#attempt();
  }

  end(): void {
    this.#clock.clear(this.#timer);
    this.#timer = undefined;
    this.#tries = 0;
  }

  #wait(): void {
    const longest = Math.min(this.#pace.most, this.#pace.first * 2 ** this.#tries++);
    this.#timer = this.#clock.set(
      () => {
        this.#wait();
        this.#attempt();
      },
      longest * (0.5 + this.#clock.random() / 2),
    );
  }
}
