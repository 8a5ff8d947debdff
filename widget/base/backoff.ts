// Repeats an attempt at growing intervals. Half of each interval is random, so that pages that lost their gateway at
// the same moment do not all come back at the same moment. Independent of what is attempted.

export interface BackoffIntervals {
  /** Milliseconds: the first interval is `first` at most, each next one twice as long, and none longer than `max`. */
  readonly first: number;
  readonly max: number;
}

export interface Clock {
  set(run: () => void, ms: number): unknown;
  clear(timer: unknown): void;
  /** 0 to 1. */
  random(): number;
}

const systemClock: Clock = {
  set: (run, ms) => setTimeout(run, ms),
  clear: timer => clearTimeout(timer as ReturnType<typeof setTimeout>),
  random: Math.random,
};

export class Backoff {
  readonly #attempt: () => void;
  readonly #intervals: BackoffIntervals;
  readonly #clock: Clock;
  #tries = 0;
  #timer: unknown;

  constructor(attempt: () => void, intervals: BackoffIntervals, clock = systemClock) {
    this.#attempt = attempt;
    this.#intervals = intervals;
    this.#clock = clock;
  }

  get running(): boolean {
    return this.#timer !== undefined;
  }

  /** Attempts from now on, until {@link stop}; does nothing while it is running. */
  start(): void {
    if (!this.running) this.#schedule();
  }

  /** Conditions have changed: attempts now and starts again with the first interval. */
  retryNow(): void {
    this.stop();
    this.#schedule();
    this.#attempt();
  }

  stop(): void {
    this.#clock.clear(this.#timer);
    this.#timer = undefined;
    this.#tries = 0;
  }

  #schedule(): void {
    const longest = Math.min(this.#intervals.max, this.#intervals.first * 2 ** this.#tries++);
    this.#timer = this.#clock.set(
      () => {
        this.#schedule();
        this.#attempt();
      },
      longest * (0.5 + this.#clock.random() / 2),
    );
  }
}
