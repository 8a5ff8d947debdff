// What the calls of this process hold in the stores that gateways can share: their quotas, and their entries in the
// registry. Reserved before a call is set up, committed when it is answered, renewed while it is up, released at its end.
// A store that fails refuses new calls; it ends no call that is up.

import type { AppliedQuota, QuotaRefusal, QuotaStore } from '../auth/quota-store.ts';
import type { StoreFailures } from '../auth/store-failures.ts';
import type { CallRegistry, RegisteredCall } from './call-registry.ts';

export interface CallReservationsOptions {
  readonly quotas: QuotaStore;
  readonly registry: CallRegistry;
  /** The name of this process in the stores. */
  readonly owner: string;
  readonly failures: StoreFailures;
  /** The talk time of a call is used up. */
  readonly spent: (call: string) => void;
  readonly clock?: ReservationClock;
}

export interface ReservationClock {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  setTimer(action: () => void, ms: number): NodeJS.Timeout;
}

export type ReservationRefusal = QuotaRefusal | 'store-unavailable';

interface Held {
  call: RegisteredCall;
  readonly quotas: readonly AppliedQuota[];
  /** The store of quotas has it. */
  reserved: boolean;
  over: boolean;
  /** The last operation on this call: the next one waits for it, so that none overtakes another. */
  last: Promise<unknown>;
}

export class CallReservations {
  readonly #options: CallReservationsOptions;
  readonly #clock: ReservationClock;
  readonly #renewEveryMs: number;
  readonly #held = new Map<string, Held>();
  #renewing: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(options: CallReservationsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#renewEveryMs = Math.min(options.quotas.leaseMs, options.registry.leaseMs) / 3;
  }

  /** Calls that hold something. */
  get size(): number {
    return this.#held.size;
  }

  /** Resolves to the reason to refuse the call. {@link over} has to follow in any case. */
  async reserve(
    call: Omit<RegisteredCall, 'owner' | 'state'>,
    quotas: readonly AppliedQuota[],
  ): Promise<ReservationRefusal | undefined> {
    const { owner, failures } = this.#options;
    const entry: RegisteredCall = { ...call, owner, state: 'setting-up' };
    const held: Held = { call: entry, quotas, reserved: false, over: false, last: Promise.resolve() };
    this.#held.set(call.call, held);
    const reserved = this.#reserve(held);
    held.last = reserved.catch(() => {});
    try {
      return await reserved;
    } catch (error) {
      failures.note('reservation of a call', error);
      return 'store-unavailable';
    }
  }

  /** The call is answered: its talk time starts. */
  answered(id: string): void {
    const held = this.#held.get(id);
    if (!held) return;
    held.call = { ...held.call, state: 'established' };
    this.#then(held, async () => {
      const { quotas, registry, owner } = this.#options;
      await Promise.all([quotas.commit(id, owner), registry.commit(id, owner)]);
      await this.#renew([held]);
    });
  }

  /** The call has ended, or was refused. What cannot be released expires with its lease. */
  over(id: string): void {
    const held = this.#held.get(id);
    if (!held) return;
    held.over = true;
    this.#then(held, async () => {
      const { quotas, registry, owner } = this.#options;
      // A renewal that is under way would count the call again.
      await this.#renewing;
      const released = [quotas.release(id, owner), registry.release(id, owner)];
      await Promise.all(released).finally(() => this.#held.delete(id));
    });
  }

  /** Resolves when the stores have everything that has happened so far. */
  async settled(): Promise<void> {
    await Promise.all([...this.#held.values()].map(({ last }) => last));
  }

  /** Stops renewing. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dueAt = Number.NEGATIVE_INFINITY;
  }

  async #reserve(held: Held): Promise<QuotaRefusal | undefined> {
    const { quotas, registry, owner } = this.#options;
    const { state, ...entry } = held.call;
    const refusal = await quotas.reserve({ call: entry.call, owner, quotas: held.quotas });
    if (refusal) return refusal;
    await registry.reserve(entry);
    held.reserved = true;
    this.#schedule(this.#renewEveryMs);
    return undefined;
  }

  #then(held: Held, operation: () => Promise<void>): void {
    held.last = held.last
      .then(operation)
      .catch(error => this.#options.failures.note('reservation of a call', error));
  }

  async #renew(calls: readonly Held[]): Promise<void> {
    const current = calls.filter(({ reserved, over }) => reserved && !over);
    if (current.length === 0) return;
    const { quotas, registry, spent } = this.#options;
    const [time] = await Promise.all([
      quotas.renew(
        current.map(({ call: { call, owner, state }, quotas: applied }) => ({
          ...{ call, owner, quotas: applied },
          answered: state === 'established',
        })),
      ),
      registry.renew(current.map(({ call }) => call)),
    ]);
    for (const call of time.spent) spent(call);
    // A timer must not come before the moment that it waits for.
    if (time.leftMs !== undefined) this.#schedule(time.leftMs + 1);
  }

  readonly #renewAll = (): void => {
    this.#timer = undefined;
    this.#dueAt = Number.POSITIVE_INFINITY;
    if (this.#held.size === 0) return;
    this.#schedule(this.#renewEveryMs);
    this.#renewing = this.#renew([...this.#held.values()]).catch(error =>
      this.#options.failures.note('reservation of a call', error),
    );
  };

  /** One timer: for the earliest moment. */
  #schedule(ms: number): void {
    const dueAt = this.#clock.now() + Math.min(ms, this.#renewEveryMs);
    if (dueAt >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = this.#clock.setTimer(this.#renewAll, dueAt - this.#clock.now());
  }
}

const systemClock: ReservationClock = {
  now: () => performance.now(),
  setTimer: (action, ms) => setTimeout(action, ms).unref(),
};
