// The usage of quotas in the memory of this process. The table of addresses is bounded; those of callees and sites are
// bounded by the configuration, because only calls to people that it has are reserved. No method awaits anything, so that
// no other call comes between a check and its count.

import type { Quota } from '../config/quotas.ts';
import type { AppliedQuota, QuotaRefusal, QuotaStore, Reservation, TalkTime } from './quota-store.ts';
import { type QuotaClock, QuotaUsage } from './quota-usage.ts';

const LEASE_MS = 60_000;
const MOST_ADDRESSES = 20_000;
/** Old entries checked for each new call: more than one, so that the table shrinks. */
const SWEPT_PER_CALL = 4;

interface Held {
  readonly usages: readonly QuotaUsage[];
  owner: string;
  renewedAt: number;
  answered: boolean;
}

export class MemoryQuotaStore implements QuotaStore {
  readonly leaseMs: number;
  readonly #clock: QuotaClock;
  /** In the order of the last call. */
  readonly #addresses = new Map<string, QuotaUsage>();
  #sweeper = this.#addresses.entries();
  /** Of callees and sites that were called, and overall. */
  readonly #named = new Map<string, QuotaUsage>();
  /** Reserved calls, in the order of their last renewal. */
  readonly #held = new Map<string, Held>();

  constructor(clock: QuotaClock = systemClock, leaseMs = LEASE_MS) {
    this.#clock = clock;
    this.leaseMs = leaseMs;
  }

  get addresses(): number {
    return this.#addresses.size;
  }

  /** Usages of callees and sites, and the overall one. */
  get named(): number {
    return this.#named.size;
  }

  async check(quotas: readonly AppliedQuota[]): Promise<QuotaRefusal | undefined> {
    return this.#reached(quotas);
  }

  async reserve(reservation: Reservation): Promise<QuotaRefusal | undefined> {
    if (this.#held.has(reservation.call)) return undefined;
    const reached = this.#reached(reservation.quotas);
    if (reached) return reached;
    this.#hold(reservation, (usage, bounds) => usage.begin(reservation.call, bounds));
    return undefined;
  }

  async commit(call: string, owner: string): Promise<void> {
    const held = this.#held.get(call);
    if (held?.owner === owner) answer(call, held);
  }

  async release(call: string, owner: string): Promise<void> {
    const held = this.#held.get(call);
    if (held?.owner !== owner) return;
    this.#held.delete(call);
    for (const usage of held.usages) usage.over(call);
  }

  async renew(reservations: readonly (Reservation & { readonly answered: boolean })[]): Promise<TalkTime> {
    this.#expire();
    const renewed = reservations.map(one => [one.call, this.#renewed(one)] as const);
    const left = new Map<QuotaUsage, number>();
    for (const usage of new Set(renewed.flatMap(([, { usages }]) => usages))) {
      const ms = usage.leftMs();
      if (ms !== undefined) left.set(usage, ms);
    }
    const isSpent = (usage: QuotaUsage) => (left.get(usage) ?? 1) <= 0;
    const later = [...left.values()].filter(ms => ms > 0);
    return {
      spent: renewed.filter(([, held]) => held.answered && held.usages.some(isSpent)).map(([call]) => call),
      leftMs: later.length > 0 ? Math.min(...later) : undefined,
    };
  }

  async count(): Promise<number> {
    this.#expire();
    return this.#held.size;
  }

  #reached(quotas: readonly AppliedQuota[]): QuotaRefusal | undefined {
    this.#expire();
    for (const { scope, name, bounds } of quotas) {
      const reached = this.#usage(scope, name).boundReached(bounds);
      if (reached) return { scope, ...reached };
    }
    return undefined;
  }

  #renewed(reservation: Reservation & { readonly answered: boolean }): Held {
    const { call, owner, answered } = reservation;
    const held =
      this.#held.get(call) ?? this.#hold(reservation, (usage, bounds) => usage.resume(call, bounds));
    if (answered) answer(call, held);
    this.#held.delete(call);
    this.#held.set(call, held);
    held.owner = owner;
    held.renewedAt = this.#clock.now();
    return held;
  }

  #hold({ call, owner, quotas }: Reservation, count: (usage: QuotaUsage, bounds: Quota) => void): Held {
    const usages = quotas.map(({ scope, name, bounds }) => {
      const usage = this.#usage(scope, name);
      // Counted first: the sweep removes idle addresses.
      count(usage, bounds);
      if (scope === 'perAddress') this.#keepAddress(name, usage);
      else this.#named.set(keyOf(scope, name), usage);
      return usage;
    });
    const held = { usages, owner, renewedAt: this.#clock.now(), answered: false };
    this.#held.set(call, held);
    return held;
  }

  /** Ends the reservations that were not renewed. */
  #expire(): void {
    const now = this.#clock.now();
    for (const [call, { usages, renewedAt }] of this.#held) {
      if (now - renewedAt < this.leaseMs) return;
      this.#held.delete(call);
      for (const usage of usages) usage.over(call, renewedAt);
    }
  }

  /** A new usage is stored when a call is reserved, not by a check. */
  #usage(scope: AppliedQuota['scope'], name: string): QuotaUsage {
    const known = scope === 'perAddress' ? this.#addresses.get(name) : this.#named.get(keyOf(scope, name));
    return known ?? new QuotaUsage(this.#clock);
  }

  /** Addresses with a running call are never removed; there are at most as many as calls. Idle addresses are. */
  #keepAddress(network: string, usage: QuotaUsage): void {
    this.#addresses.delete(network);
    this.#addresses.set(network, usage);
    this.#sweep();
    if (this.#addresses.size <= MOST_ADDRESSES) return;
    for (const [oldest, other] of this.#addresses) {
      if (other.running > 0 || other === usage) continue;
      this.#addresses.delete(oldest);
      return;
    }
  }

  /** Goes through the whole table in a circle, a few entries at a time. */
  #sweep(): void {
    for (let checked = 0; checked < SWEPT_PER_CALL; checked++) {
      const { done, value } = this.#sweeper.next();
      if (done) {
        this.#sweeper = this.#addresses.entries();
        return;
      }
      const [network, usage] = value;
      if (usage.idle) this.#addresses.delete(network);
    }
  }
}

function answer(call: string, held: Held): void {
  held.answered = true;
  for (const usage of held.usages) usage.answered(call);
}

function keyOf(scope: AppliedQuota['scope'], name: string): string {
  return `${scope} ${name}`;
}

const systemClock: QuotaClock = {
  now: () => performance.now(),
  day: () => new Date().toDateString(),
};
