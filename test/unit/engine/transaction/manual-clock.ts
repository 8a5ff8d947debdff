// A clock that stands still until a test moves it.

import type { Clock } from '../../../../gateway/engine/transaction/timers.ts';

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

export class ManualClock implements Clock {
  #now = 0;
  #set = 0;
  readonly #alarms = new Set<Alarm>();

  setTimeout<Argument>(callback: (argument: Argument) => void, ms: number, argument: Argument): Alarm {
    const alarm = { at: this.#now + ms, ring: () => callback(argument) };
    this.#alarms.add(alarm);
    return alarm;
  }

  clearTimeout(handle: unknown): void {
    this.#alarms.delete(handle as Alarm);
  }

  now(): number {
    return this.#now;
  }

  date(): number {
    return this.#now + this.#set;
  }

  /** Moves the date forwards or backwards by `ms`; no time passes. */
  jump(ms: number): void {
    this.#set += ms;
  }

  /** Moves on by `ms`, and calls each callback at its time. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#alarms.delete(next);
      this.#now = next.at;
      next.ring();
    }
    this.#now = end;
  }
}
