// The registry of calls in the memory of this process.

import type { CallRegistry, RegisteredCall } from './call-registry.ts';

const LEASE_MS = 60_000;

interface Held {
  readonly call: RegisteredCall;
  readonly renewedAt: number;
}

export class MemoryCallRegistry implements CallRegistry {
  readonly leaseMs: number;
  readonly #now: () => number;
  /** In the order of their last renewal. */
  readonly #held = new Map<string, Held>();

  /** `now` in milliseconds on a monotonic clock. */
  constructor(now: () => number = () => performance.now(), leaseMs = LEASE_MS) {
    this.#now = now;
    this.leaseMs = leaseMs;
  }

  async reserve(call: Omit<RegisteredCall, 'state'>): Promise<void> {
    this.#put({ ...call, state: 'setting-up' });
  }

  async commit(id: string, owner: string): Promise<void> {
    const held = this.#of(id, owner);
    // The call keeps its place in the order of renewals.
    if (held) this.#held.set(id, { ...held, call: { ...held.call, state: 'established' } });
  }

  async release(id: string, owner: string): Promise<void> {
    if (this.#of(id, owner)) this.#held.delete(id);
  }

  async renew(calls: readonly RegisteredCall[]): Promise<void> {
    for (const call of calls) this.#put(call);
  }

  async get(id: string): Promise<RegisteredCall | undefined> {
    this.#expire();
    return this.#held.get(id)?.call;
  }

  async count(owner?: string): Promise<number> {
    this.#expire();
    if (owner === undefined) return this.#held.size;
    return [...this.#held.values()].filter(({ call }) => call.owner === owner).length;
  }

  #of(id: string, owner: string): Held | undefined {
    const held = this.#held.get(id);
    return held?.call.owner === owner ? held : undefined;
  }

  #put(call: RegisteredCall): void {
    this.#held.delete(call.call);
    this.#held.set(call.call, { call, renewedAt: this.#now() });
  }

  #expire(): void {
    const now = this.#now();
    for (const [id, { renewedAt }] of this.#held) {
      if (now - renewedAt < this.leaseMs) return;
      this.#held.delete(id);
    }
  }
}
