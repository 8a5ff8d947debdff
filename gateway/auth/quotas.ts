// The quotas of a call: of its address, its callee, its site, and overall. Checked before a call is accepted, and before a
// token or a WebSocket is granted for one; charged while the call is up. The table of addresses is bounded.

import type { Live } from '../config/live.ts';
import type { Quota } from '../config/quotas.ts';
import type { Config } from '../config/schema.ts';
import { directoryOf } from '../directory/directory.ts';
import { networkOf } from '../net/network-address.ts';
import { type BoundReached, type ChargedCall, type QuotaClock, QuotaUsage } from './quota-usage.ts';

export type Scope = 'perAddress' | 'perDestination' | 'perSite' | 'overall';

/** For the log. The client gets only the time of the next try. */
export interface QuotaRefusal extends BoundReached {
  readonly scope: Scope;
}

export interface Callee {
  readonly domain: string;
  readonly user: string;
}

export interface Charge {
  /** The callee has answered: the talk time starts now. */
  answered(): void;
  over(): void;
}

const MOST_ADDRESSES = 20_000;
/** Old entries checked for each new call: more than one, so that the table shrinks. */
const SWEPT_PER_CALL = 4;

interface AppliedQuota {
  /** Undefined for an address. */
  readonly name?: string;
  readonly scope: Scope;
  readonly usage: QuotaUsage;
  readonly bounds: Quota;
}

export class Quotas {
  readonly #config: Live<Config>;
  readonly #clock: QuotaClock;
  /** In the order of the last call. */
  readonly #addresses = new Map<string, QuotaUsage>();
  #sweeper = this.#addresses.entries();
  /** Of callees and sites that were callee, and overall: bounded by the configuration. */
  readonly #byName = new Map<string, QuotaUsage>();

  constructor(config: Live<Config>, clock: QuotaClock = systemClock) {
    this.#config = config;
    this.#clock = clock;
  }

  get addresses(): number {
    return this.#addresses.size;
  }

  /** Usages of callees and sites, and the overall one. */
  get named(): number {
    return this.#byName.size;
  }

  /** The reason to refuse a call from `address` to `callee` now. Without a callee only the quota of the address counts. */
  refusal(address: string, callee?: Callee): QuotaRefusal | undefined {
    for (const { scope, usage, bounds } of this.#quotasOf(address, callee)) {
      const reached = usage.boundReached(bounds);
      if (reached) return { scope, ...reached };
    }
    return undefined;
  }

  /** Whether an address has recently made half of the calls that it may make in a minute. */
  callsOften(address: string): boolean {
    const { callsPerMinute } = this.#config.current.limits.perAddress;
    const usage = this.#addresses.get(this.#network(address));
    return (
      usage?.boundReached({ callsPerMinute: callsPerMinute && Math.ceil(callsPerMinute / 2) }) !== undefined
    );
  }

  /** A call is accepted: `end` ends the call when one of its quotas is used up. */
  begin(address: string, callee: Callee, end: () => void): Charge {
    const call: ChargedCall = { end };
    const quotas = this.#quotasOf(address, callee);
    for (const { name, usage, bounds } of quotas) {
      if (name !== undefined) this.#byName.set(name, usage);
      usage.begin(call, bounds);
    }
    this.#keep(address, quotas[0]?.usage);
    return {
      answered: () => {
        for (const { usage } of quotas) usage.answered(call);
      },
      over: () => {
        for (const { usage } of quotas) usage.over(call);
      },
    };
  }

  #quotasOf(address: string, callee: Callee | undefined): AppliedQuota[] {
    const config = this.#config.current;
    const { limits } = config;
    const quotas: AppliedQuota[] = [
      {
        scope: 'perAddress',
        usage: this.#addresses.get(this.#network(address)) ?? new QuotaUsage(this.#clock),
        bounds: limits.perAddress,
      },
    ];
    if (!callee) return quotas;
    const directory = directoryOf(config);
    const site = directory.site(callee.domain);
    const person = directory.person(callee.domain, callee.user);
    return [
      ...quotas,
      this.#quota('perDestination', `${callee.user}@${callee.domain}`, {
        ...limits.perDestination,
        ...person?.limits,
      }),
      this.#quota('perSite', callee.domain, { ...limits.perSite, ...site?.limits }),
      this.#quota('overall', '', limits.overall),
    ];
  }

  #quota(scope: Scope, name: string, bounds: Quota): AppliedQuota {
    return { name, scope, usage: this.#byName.get(name) ?? new QuotaUsage(this.#clock), bounds };
  }

  #network(address: string): string {
    return networkOf(address, this.#config.current.limits.addressBits) ?? address;
  }

  /** Addresses with a running call are never removed; there are at most as many as calls. Idle addresses are. */
  #keep(address: string, usage: QuotaUsage | undefined): void {
    const network = this.#network(address);
    if (!usage) return;
    this.#addresses.delete(network);
    this.#addresses.set(network, usage);
    this.#sweep();
    if (this.#addresses.size <= MOST_ADDRESSES) return;
    for (const [oldest, { running }] of this.#addresses) {
      if (running > 0) continue;
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

const systemClock: QuotaClock = {
  now: () => performance.now(),
  day: () => new Date().toDateString(),
  setTimer: (action, ms) => setTimeout(action, ms).unref(),
};
