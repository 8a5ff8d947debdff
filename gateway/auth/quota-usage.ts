// What one quota has been used for: calls that are up, calls lately, talk today. Talk is charged as it goes on, and when
// it is spent, all calls that are up under it end. Knows neither whose quota it is nor where its bounds come from.

import type { Quota } from '../config/quotas.ts';

export interface Clock {
  /** Milliseconds that never jump. */
  now(): number;
  /** The name of the present day. */
  day(): string;
  set(work: () => void, ms: number): NodeJS.Timeout;
}

export interface ChargedCall {
  /** There is no talk left. */
  end(): void;
}

/** Which bound was met, and when it is worth another try. */
export interface Excess {
  readonly bound: keyof Quota;
  readonly retrySeconds: number;
}

const MINUTE_MS = 60_000;
/** When somebody hangs up, and when there is a new day, nobody knows. */
const CALLS_RETRY_SECONDS = 10;
const DAY_RETRY_SECONDS = 3_600;

export class QuotaUsage {
  readonly #clock: Clock;
  #bounds: Quota = {};
  /** Calls that are up, and since when their talk is to be charged. */
  readonly #up = new Map<ChargedCall, number | undefined>();
  #lately = 0;
  #latelyAt: number;
  #spentMs = 0;
  #day: string;
  #empty: NodeJS.Timeout | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#latelyAt = clock.now();
    this.#day = clock.day();
  }

  /** Nothing is lost when it is forgotten. */
  get idle(): boolean {
    return this.#up.size === 0 && this.#recent() === 0 && this.#talked() === 0;
  }

  get up(): number {
    return this.#up.size;
  }

  excess(bounds: Quota): Excess | undefined {
    const { calls, callsPerMinute, minutesPerDay } = bounds;
    if (calls !== undefined && this.#up.size >= calls) {
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

  begin(talker: ChargedCall, bounds: Quota): void {
    this.#bounds = bounds;
    this.#lately = this.#recent() + 1;
    this.#up.set(talker, undefined);
  }

  /** From now on it is talk. */
  answered(talker: ChargedCall): void {
    if (!this.#up.has(talker)) return;
    this.#up.set(talker, this.#clock.now());
    this.#watch();
  }

  over(talker: ChargedCall): void {
    this.#turnDay();
    const since = this.#up.get(talker);
    if (since !== undefined) this.#spentMs += this.#clock.now() - since;
    this.#up.delete(talker);
    this.#watch();
  }

  /** Calls of the last minute, of which one is forgiven as each share of it passes. */
  #recent(): number {
    const now = this.#clock.now();
    const { callsPerMinute } = this.#bounds;
    const forgiven =
      callsPerMinute === undefined ? this.#lately : ((now - this.#latelyAt) / MINUTE_MS) * callsPerMinute;
    this.#latelyAt = now;
    this.#lately = Math.max(0, this.#lately - forgiven);
    return this.#lately;
  }

  /** Milliseconds of today, of calls that are up too. */
  #talked(): number {
    this.#turnDay();
    let talked = this.#spentMs;
    for (const since of this.#up.values()) if (since !== undefined) talked += this.#clock.now() - since;
    return talked;
  }

  /** What was said yesterday is yesterday's. */
  #turnDay(): void {
    const day = this.#clock.day();
    if (day === this.#day) return;
    this.#day = day;
    this.#spentMs = 0;
    for (const [talker, since] of this.#up) if (since !== undefined) this.#up.set(talker, this.#clock.now());
  }

  /** One timer for all who talk: the more they are, the sooner it is spent. */
  #watch(): void {
    clearTimeout(this.#empty);
    const { minutesPerDay } = this.#bounds;
    const talking = [...this.#up].filter(([, since]) => since !== undefined).map(([talker]) => talker);
    if (minutesPerDay === undefined || talking.length === 0) return;
    const left = minutesPerDay * MINUTE_MS - this.#talked();
    if (left <= 0) for (const talker of talking) talker.end();
    // A timer of node's is at most so long, and an early look does no harm.
    else this.#empty = this.#clock.set(() => this.#watch(), Math.min(left / talking.length + 1, 3_600_000));
  }
}
