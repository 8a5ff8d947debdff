// The usage of one quota: running calls, recent calls, talk time today. Talk time is charged while the call runs. Does not
// depend on what the quota belongs to or on the configuration.

import type { Quota } from '../config/quotas.ts';
import type { BoundReached } from './quota-store.ts';

export interface QuotaClock {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** The name of the current day. */
  day(): string;
}

const MINUTE_MS = 60_000;
/** The end of other calls cannot be predicted, and the end of the day depends on the time zone: fixed values. */
const CALLS_RETRY_SECONDS = 10;
const DAY_RETRY_SECONDS = 3_600;

export class QuotaUsage {
  readonly #clock: QuotaClock;
  #bounds: Quota = {};
  /** Ids of running calls, and since when their talk time is charged. */
  readonly #running = new Map<string, number | undefined>();
  #recentCalls = 0;
  #recentAt: number;
  #spentMs = 0;
  #day: string;

  constructor(clock: QuotaClock) {
    this.#clock = clock;
    this.#recentAt = clock.now();
    this.#day = clock.day();
  }

  /** It can be removed without losing usage. */
  get idle(): boolean {
    return this.#running.size === 0 && this.#recent() === 0 && this.#talked() === 0;
  }

  get running(): number {
    return this.#running.size;
  }

  boundReached(bounds: Quota): BoundReached | undefined {
    const { calls, callsPerMinute, minutesPerDay } = bounds;
    if (calls !== undefined && this.#running.size >= calls) {
      return { bound: 'calls', retrySeconds: CALLS_RETRY_SECONDS };
    }
    if (callsPerMinute !== undefined && this.#recent() > callsPerMinute - 1) {
      const over = this.#recent() - (callsPerMinute - 1);
      return { bound: 'callsPerMinute', retrySeconds: Math.ceil((over / callsPerMinute) * 60) };
    }
    if (minutesPerDay !== undefined && this.#talked() >= minutesPerDay * MINUTE_MS) {
      return { bound: 'minutesPerDay', retrySeconds: DAY_RETRY_SECONDS };
    }
    return undefined;
  }

  begin(call: string, bounds: Quota): void {
    this.#bounds = bounds;
    this.#recentCalls = this.#recent() + 1;
    this.#running.set(call, undefined);
  }

  /** Counts a running call again. It is no recent call. */
  resume(call: string, bounds: Quota): void {
    if (this.#running.size === 0) this.#bounds = bounds;
    this.#running.set(call, undefined);
  }

  /** The talk time starts now. */
  answered(call: string): void {
    if (this.#running.has(call) && !this.#isAnswered(call)) this.#running.set(call, this.#clock.now());
  }

  /** `at`: when its talk time ended. */
  over(call: string, at = this.#clock.now()): void {
    this.#turnDay();
    const since = this.#running.get(call);
    if (since !== undefined) this.#spentMs += Math.max(0, at - since);
    this.#running.delete(call);
  }

  /**
   * When the talk time of the day is used up if no call begins or ends: with n answered calls the rest is used up n times
   * as fast. 0 or less: it is used up. Undefined without a bound, and without an answered call.
   */
  leftMs(): number | undefined {
    const { minutesPerDay } = this.#bounds;
    const answered = [...this.#running.values()].filter(since => since !== undefined).length;
    if (minutesPerDay === undefined || answered === 0) return undefined;
    return (minutesPerDay * MINUTE_MS - this.#talked()) / answered;
  }

  #isAnswered(call: string): boolean {
    return this.#running.get(call) !== undefined;
  }

  /** Calls of the last minute. The count falls continuously, by `callsPerMinute` in each minute. */
  #recent(): number {
    const now = this.#clock.now();
    const { callsPerMinute } = this.#bounds;
    const expired =
      callsPerMinute === undefined
        ? this.#recentCalls
        : ((now - this.#recentAt) / MINUTE_MS) * callsPerMinute;
    this.#recentAt = now;
    this.#recentCalls = Math.max(0, this.#recentCalls - expired);
    return this.#recentCalls;
  }

  /** Milliseconds of talk today, running calls included. */
  #talked(): number {
    this.#turnDay();
    let talked = this.#spentMs;
    for (const since of this.#running.values()) if (since !== undefined) talked += this.#clock.now() - since;
    return talked;
  }

  /** Talk time before midnight belongs to the day before. */
  #turnDay(): void {
    const day = this.#clock.day();
    if (day === this.#day) return;
    this.#day = day;
    this.#spentMs = 0;
    for (const [call, since] of this.#running)
      if (since !== undefined) this.#running.set(call, this.#clock.now());
  }
}
