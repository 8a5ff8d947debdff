// Which process has which call: a port with one implementation in memory (memory-call-registry.ts). Gateways can share a
// registry, so calls are named by their id, and all arguments are plain values. test/unit/call/call-registry-contract.ts
// has the tests that every implementation must pass.

/** A call, as all gateways see it. It has no address of the visitor. */
export interface RegisteredCall {
  readonly call: string;
  /** The process that has the call. */
  readonly owner: string;
  readonly site: string;
  /** The user part of the called address. */
  readonly user: string;
  /** Of the page. */
  readonly origin: string;
  /** When the INVITE came: milliseconds since 1970. */
  readonly receivedAt: number;
  readonly state: 'setting-up' | 'established';
}

/**
 * Every method rejects when the store fails or does not answer in time. Then the caller refuses new calls, and running
 * calls continue.
 */
export interface CallRegistry {
  /**
   * How long a call is kept without renewal. The owner renews it in a third of this time. The calls of a process that died
   * are gone afterwards.
   */
  readonly leaseMs: number;
  /** Adds a call that is being set up. */
  reserve(call: Omit<RegisteredCall, 'state'>): Promise<void>;
  /** The call is established. Without effect for an unknown call, and for one of another owner. */
  commit(call: string, owner: string): Promise<void>;
  /** The call is over. Without effect for an unknown call, and for one of another owner. */
  release(call: string, owner: string): Promise<void>;
  /** Keeps calls for another lease. A call that is not there any more is added; one of another owner changes its owner. */
  renew(calls: readonly RegisteredCall[]): Promise<void>;
  get(call: string): Promise<RegisteredCall | undefined>;
  /** Calls of `owner`, or of all processes. */
  count(owner?: string): Promise<number>;
}
