// The quotas of a call: of its address, its person, its site, and of all. Asked before a call is taken, and before a token
// or a WebSocket is given for one; charged while it is up. Remembers so many addresses and no more.

import type { Live } from '../config/live.ts';
import type { Quota } from '../config/quotas.ts';
import type { Config } from '../config/schema.ts';
import { directoryOf } from '../directory/directory.ts';
import { networkOf } from '../net/network-address.ts';
import { type ChargedCall, type Clock, type Excess, QuotaUsage } from './quota-usage.ts';

export type Scope = 'perAddress' | 'perDestination' | 'perSite' | 'overall';

/** For the log; who asked is told no more than when to try again. */
export interface QuotaExcess extends Excess {
  readonly scope: Scope;
}

export interface Called {
  readonly domain: string;
  readonly user: string;
}

export interface Charge {
  /** The person has answered: from now on it is talk. */
  answered(): void;
  over(): void;
}

const MOST_ADDRESSES = 20_000;
/** Old entries looked at for each new call: more than one, so that the table shrinks. */
const SWEPT_AT_ONCE = 4;

interface Share {
  /** Of what is not an address. */
  readonly name?: string;
  readonly scope: Scope;
  readonly meter: QuotaUsage;
  readonly bounds: Quota;
}

export class Quotas {
  readonly #config: Live<Config>;
  readonly #clock: Clock;
  /** In the order of their last call. */
  readonly #addresses = new Map<string, QuotaUsage>();
  #sweeper = this.#addresses.entries();
  /** As many as the configuration has people and sites: those are kept only who were called. */
  readonly #others = new Map<string, QuotaUsage>();

  constructor(config: Live<Config>, clock: Clock = wall) {
    this.#config = config;
    this.#clock = clock;
  }

  get addresses(): number {
    return this.#addresses.size;
  }

  /** People and sites, and all of them together. */
  get called(): number {
    return this.#others.size;
  }

  /** Why a call from there to this person would not be taken now; without one, only what is asked of the address. */
  refusal(address: string, called?: Called): QuotaExcess | undefined {
    for (const { scope, meter, bounds } of this.#shares(address, called)) {
      const excess = meter.excess(bounds);
      if (excess) return { scope, ...excess };
    }
    return undefined;
  }

  /** Whether an address has made half of the calls lately that it may make in a minute. */
  callsOften(address: string): boolean {
    const { callsPerMinute } = this.#config.current.limits.perAddress;
    const meter = this.#addresses.get(this.#network(address));
    return meter?.excess({ callsPerMinute: callsPerMinute && Math.ceil(callsPerMinute / 2) }) !== undefined;
  }

  /** A call is taken: `end` ends it when what it is charged to is spent. */
  begin(address: string, called: Called, end: () => void): Charge {
    const talker: ChargedCall = { end };
    const shares = this.#shares(address, called);
    for (const { name, meter, bounds } of shares) {
      if (name !== undefined) this.#others.set(name, meter);
      meter.begin(talker, bounds);
    }
    this.#keep(address, shares[0]?.meter);
    return {
      answered: () => {
        for (const { meter } of shares) meter.answered(talker);
      },
      over: () => {
        for (const { meter } of shares) meter.over(talker);
      },
    };
  }

  #shares(address: string, called: Called | undefined): Share[] {
    const config = this.#config.current;
    const { limits } = config;
    const shares: Share[] = [
      {
        scope: 'perAddress',
        meter: this.#addresses.get(this.#network(address)) ?? new QuotaUsage(this.#clock),
        bounds: limits.perAddress,
      },
    ];
    if (!called) return shares;
    const directory = directoryOf(config);
    const site = directory.site(called.domain);
    const person = directory.person(called.domain, called.user);
    return [
      ...shares,
      this.#share('perDestination', `${called.user}@${called.domain}`, {
        ...limits.perDestination,
        ...person?.limits,
      }),
      this.#share('perSite', called.domain, { ...limits.perSite, ...site?.limits }),
      this.#share('overall', '', limits.overall),
    ];
  }

  #share(scope: Scope, name: string, bounds: Quota): Share {
    return { name, scope, meter: this.#others.get(name) ?? new QuotaUsage(this.#clock), bounds };
  }

  #network(address: string): string {
    return networkOf(address, this.#config.current.limits.addressBits) ?? address;
  }

  /** An address with a call up is not forgotten: at most as many as there are calls. One that has used nothing is. */
  #keep(address: string, meter: QuotaUsage | undefined): void {
    const network = this.#network(address);
    if (!meter) return;
    this.#addresses.delete(network);
    this.#addresses.set(network, meter);
    this.#sweep();
    if (this.#addresses.size <= MOST_ADDRESSES) return;
    for (const [oldest, { up }] of this.#addresses) {
      if (up > 0) continue;
      this.#addresses.delete(oldest);
      return;
    }
  }

  /** Goes through the whole table again and again, a few entries at a time. */
  #sweep(): void {
    for (let looked = 0; looked < SWEPT_AT_ONCE; looked++) {
      const { done, value } = this.#sweeper.next();
      if (done) {
        this.#sweeper = this.#addresses.entries();
        return;
      }
      const [network, meter] = value;
      if (meter.idle) this.#addresses.delete(network);
    }
  }
}

const wall: Clock = {
  now: () => performance.now(),
  day: () => new Date().toDateString(),
  set: (work, ms) => setTimeout(work, ms).unref(),
};
