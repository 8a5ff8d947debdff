// The quotas of a call, from the configuration: of its address, its callee, its site, and overall. Checked before a token
// or a WebSocket is granted for a call; the call itself reserves them (call/call-reservations.ts).

import type { Live } from '../config/live.ts';
import type { Config } from '../config/schema.ts';
import { directoryOf } from '../directory/directory.ts';
import { networkOf } from '../net/network-address.ts';
import { MemoryQuotaStore } from './memory-quota-store.ts';
import type { AppliedQuota, QuotaStore } from './quota-store.ts';
import { STORE_RETRY_SECONDS, StoreFailures } from './store-failures.ts';

export interface Callee {
  readonly domain: string;
  readonly user: string;
}

/** Why a page may make no call now. */
export interface CallLimit {
  /** 429: only the address of the page has reached a limit. */
  readonly status: 429 | 503;
  /** For the log. */
  readonly limit: string;
  readonly retrySeconds: number;
}

export class Quotas {
  readonly store: QuotaStore;
  readonly #config: Live<Config>;
  readonly #failures: StoreFailures;

  constructor(
    config: Live<Config>,
    store: QuotaStore = new MemoryQuotaStore(),
    failures: StoreFailures = new StoreFailures(),
  ) {
    this.#config = config;
    this.store = store;
    this.#failures = failures;
  }

  /** The quotas of a call from `address` to `callee`. */
  appliedTo(address: string, callee: Callee): readonly AppliedQuota[] {
    const config = this.#config.current;
    const { limits } = config;
    const directory = directoryOf(config);
    const site = directory.site(callee.domain);
    const person = directory.person(callee.domain, callee.user);
    return [
      { scope: 'perAddress', name: this.#network(address), bounds: limits.perAddress },
      {
        scope: 'perDestination',
        name: `${callee.user}@${callee.domain}`,
        bounds: { ...limits.perDestination, ...person?.limits },
      },
      { scope: 'perSite', name: callee.domain, bounds: { ...limits.perSite, ...site?.limits } },
      { scope: 'overall', name: '', bounds: limits.overall },
    ];
  }

  /** The reason to refuse a call now. While the store fails every call is refused. */
  async refusal(address: string, callee: Callee): Promise<CallLimit | undefined> {
    try {
      const reached = await this.store.check(this.appliedTo(address, callee));
      if (!reached) return undefined;
      const { scope, bound, retrySeconds } = reached;
      return { status: scope === 'perAddress' ? 429 : 503, limit: `${scope}.${bound}`, retrySeconds };
    } catch (error) {
      this.#failures.note('quotas', error);
      return { status: 503, limit: 'store-unavailable', retrySeconds: STORE_RETRY_SECONDS };
    }
  }

  /** Whether an address has recently made half of the calls that it may make in a minute. While the store fails: true. */
  async callsOften(address: string): Promise<boolean> {
    const { callsPerMinute } = this.#config.current.limits.perAddress;
    const half = callsPerMinute && Math.ceil(callsPerMinute / 2);
    const name = this.#network(address);
    try {
      const quota = { scope: 'perAddress', name, bounds: { callsPerMinute: half } } as const;
      return (await this.store.check([quota])) !== undefined;
    } catch (error) {
      this.#failures.note('quotas', error);
      return true;
    }
  }

  #network(address: string): string {
    return networkOf(address, this.#config.current.limits.addressBits) ?? address;
  }
}
