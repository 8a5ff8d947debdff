// The usage of quotas: a port with one implementation in memory (memory-quota-store.ts). Gateways can share a store, so
// calls are named by their id, and all arguments are plain values. test/unit/auth/quota-store-contract.ts has the tests
// that every implementation must pass.

import type { Quota } from '../config/quotas.ts';

export type Scope = 'perAddress' | 'perDestination' | 'perSite' | 'overall';

/** A quota that applies to a call. */
export interface AppliedQuota {
  readonly scope: Scope;
  /** What the quota belongs to: a client network, `user@domain`, a domain, or nothing. */
  readonly name: string;
  /** As configured now. A reload may change them during a call. */
  readonly bounds: Quota;
}

/** The bound that was reached, and when to try again. */
export interface BoundReached {
  readonly bound: keyof Quota;
  readonly retrySeconds: number;
}

/** For the log. The client gets only the time of the next try. */
export interface QuotaRefusal extends BoundReached {
  readonly scope: Scope;
}

/** A call that its quotas count. */
export interface Reservation {
  readonly call: string;
  /** The process that has the call. */
  readonly owner: string;
  readonly quotas: readonly AppliedQuota[];
}

export interface TalkTime {
  /** Answered calls of the owner, among those that were passed, whose talk time is used up. */
  readonly spent: readonly string[];
  /** When that can be so for the next of them, if no other call begins; undefined when no quota limits talk time. */
  readonly leftMs: number | undefined;
}

/**
 * Every method rejects when the store fails or does not answer in time. Then the caller refuses new calls, and running
 * calls continue.
 */
export interface QuotaStore {
  /**
   * How long a reservation is kept without renewal. The owner renews it in a third of this time. What a process that
   * died has reserved is free afterwards, and its talk time is charged up to the last renewal.
   */
  readonly leaseMs: number;
  /** The first bound that one more call would exceed. Reserves nothing. */
  check(quotas: readonly AppliedQuota[]): Promise<QuotaRefusal | undefined>;
  /**
   * Counts a call in all of its quotas, or in none of them if one has no room. However many calls come at the same time,
   * no bound is exceeded.
   */
  reserve(reservation: Reservation): Promise<QuotaRefusal | undefined>;
  /** The call is answered: its talk time starts. Without effect for a call that is not reserved or has another owner. */
  commit(call: string, owner: string): Promise<void>;
  /** The call is over. Without effect for a call that is not reserved or has another owner. */
  release(call: string, owner: string): Promise<void>;
  /**
   * Extends reservations. One that the store does not have any more is counted again, without a check; one of another
   * owner belongs to the new owner afterwards. `answered`: whether the talk time of the call has started.
   */
  renew(reservations: readonly (Reservation & { readonly answered: boolean })[]): Promise<TalkTime>;
  /** Calls that are reserved now. */
  count(): Promise<number>;
}
