// The timers of RFC 3261 (table 4) and RFC 6026, on a clock that a test can replace. Running timers are counted, so
// that tests can verify that none outlives its call.

import { type ErrorBoundary, unguarded } from '../error-boundary.ts';

export type TimerHandle = unknown;

/** The engine's clock. `argument` is passed to the callback, which saves a closure per timer. */
export interface Clock {
  setTimeout<Argument>(callback: (argument: Argument) => void, ms: number, argument: Argument): TimerHandle;
  clearTimeout(handle: TimerHandle): void;
  /** Milliseconds of a monotonic clock, for durations. */
  now(): number;
  /** Milliseconds since the epoch, for timestamps. */
  date(): number;
}

export const systemClock: Clock = {
  setTimeout: (callback, ms, argument) => setTimeout(callback, ms, argument),
  clearTimeout: handle => clearTimeout(handle as NodeJS.Timeout),
  now: () => performance.now(),
  date: () => Date.now(),
};

/** RFC 3261 17.1.1.1, in milliseconds. */
export interface TimerBase {
  readonly t1: number;
  readonly t2: number;
  readonly t4: number;
  /**
   * Timer B: the time limit for the first response to an INVITE. Default 64*T1; a shorter one starts failover sooner.
   */
  readonly b?: number;
}

export const defaultTimerBase: TimerBase = { t1: 500, t2: 4000, t4: 5000 };

/** More than 3 minutes (RFC 3261 16.6 step 11), as in other stacks. */
const timerC = 185_000;

/** The length of each timer, in milliseconds. 0 means that the transaction moves on immediately. */
export class TimerValues {
  readonly t1: number;
  readonly t2: number;
  readonly b: number;
  /** Timers F, H, L, M and the wait for the answer to a CANCEL. */
  readonly lifetime: number;
  readonly c = timerC;
  readonly #t4: number;

  constructor(base: TimerBase) {
    this.t1 = base.t1;
    this.t2 = base.t2;
    this.#t4 = base.t4;
    this.lifetime = 64 * base.t1;
    this.b = base.b ?? this.lifetime;
  }

  /** Timers D and J: the time in which a peer may retransmit. 0 on a reliable transport. */
  linger(reliable: boolean): number {
    return reliable ? 0 : this.lifetime;
  }

  /** Timers I and K. */
  absorb(reliable: boolean): number {
    return reliable ? 0 : this.#t4;
  }
}

/** One running timer. */
export interface Timer {
  readonly running: boolean;
}

class RunningTimer<Argument> implements Timer {
  handle: TimerHandle;
  running = true;
  readonly owner: Timers;
  readonly callback: (argument: Argument) => void;
  readonly argument: Argument;

  constructor(owner: Timers, callback: (argument: Argument) => void, argument: Argument) {
    this.owner = owner;
    this.callback = callback;
    this.argument = argument;
  }
}

function fire(timer: RunningTimer<unknown>): void {
  timer.running = false;
  timer.owner.running -= 1;
  timer.owner.faults.guard(() => timer.callback(timer.argument));
}

/** Starts, stops and counts timers. */
export class Timers {
  readonly values: TimerValues;
  readonly clock: Clock;
  /** Receives the exceptions of callbacks. */
  readonly faults: Pick<ErrorBoundary, 'guard' | 'note'>;
  running = 0;

  constructor(
    clock: Clock = systemClock,
    base: TimerBase = defaultTimerBase,
    faults: Pick<ErrorBoundary, 'guard' | 'note'> = unguarded,
  ) {
    this.clock = clock;
    this.values = new TimerValues(base);
    this.faults = faults;
  }

  /** Runs `work` after the current code has finished. */
  soon(work: () => void): void {
    setImmediate(() => this.faults.guard(work));
  }

  start<Argument>(ms: number, callback: (argument: Argument) => void, argument: Argument): Timer {
    const timer = new RunningTimer(this, callback, argument);
    this.running += 1;
    timer.handle = this.clock.setTimeout(fire as (timer: RunningTimer<Argument>) => void, ms, timer);
    return timer;
  }

  stop(timer: Timer | undefined): void {
    if (timer === undefined || !timer.running) return;
    const running = timer as RunningTimer<unknown>;
    running.running = false;
    this.running -= 1;
    this.clock.clearTimeout(running.handle);
  }
}
