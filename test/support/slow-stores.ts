// Stores in memory that answer as late as those of another machine: after some turns of the event loop. On demand they
// fail, or answer only when the test permits it.

import { setImmediate as turn } from 'node:timers/promises';
import { MemoryQuotaStore } from '../../gateway/auth/memory-quota-store.ts';
import { MemoryTokenLedger } from '../../gateway/auth/memory-token-ledger.ts';
import { MemoryCallRegistry } from '../../gateway/call/memory-call-registry.ts';
import { memoryStores, type Stores } from '../../gateway/stores.ts';

const TURNS = 5;

/** The time before an operation, and after it. */
class Delay {
  failing = false;
  /** Operations wait for this. */
  held: Promise<void> = Promise.resolve();

  async around<T>(operation: () => Promise<T>): Promise<T> {
    for (let turns = 0; turns < TURNS; turns++) await turn();
    await this.held;
    if (this.failing) throw new Error('the store does not answer');
    const result = await operation();
    for (let turns = 0; turns < TURNS; turns++) await turn();
    return result;
  }
}

export class SlowTokenLedger extends MemoryTokenLedger {
  readonly #delay = new Delay();

  set failing(failing: boolean) {
    this.#delay.failing = failing;
  }

  override use(...use: Parameters<MemoryTokenLedger['use']>) {
    return this.#delay.around(() => super.use(...use));
  }
}

export class SlowQuotaStore extends MemoryQuotaStore {
  readonly delay = new Delay();
  /** Calls of `reserve`. */
  reservations = 0;

  override check(...check: Parameters<MemoryQuotaStore['check']>) {
    return this.delay.around(() => super.check(...check));
  }

  override reserve(...reserve: Parameters<MemoryQuotaStore['reserve']>) {
    this.reservations++;
    return this.delay.around(() => super.reserve(...reserve));
  }

  override commit(...commit: Parameters<MemoryQuotaStore['commit']>) {
    return this.delay.around(() => super.commit(...commit));
  }

  override release(...release: Parameters<MemoryQuotaStore['release']>) {
    return this.delay.around(() => super.release(...release));
  }

  override renew(...renew: Parameters<MemoryQuotaStore['renew']>) {
    return this.delay.around(() => super.renew(...renew));
  }
}

export class SlowCallRegistry extends MemoryCallRegistry {
  readonly delay = new Delay();

  override reserve(...reserve: Parameters<MemoryCallRegistry['reserve']>) {
    return this.delay.around(() => super.reserve(...reserve));
  }

  override commit(...commit: Parameters<MemoryCallRegistry['commit']>) {
    return this.delay.around(() => super.commit(...commit));
  }

  override release(...release: Parameters<MemoryCallRegistry['release']>) {
    return this.delay.around(() => super.release(...release));
  }

  override count(...count: Parameters<MemoryCallRegistry['count']>) {
    return this.delay.around(() => super.count(...count));
  }
}

export interface SlowStores extends Stores {
  readonly tokens: SlowTokenLedger;
  readonly quotas: SlowQuotaStore;
  readonly calls: SlowCallRegistry;
}

export function slowStores(): SlowStores {
  return {
    ...memoryStores(),
    tokens: new SlowTokenLedger(),
    quotas: new SlowQuotaStore(),
    calls: new SlowCallRegistry(),
  };
}
