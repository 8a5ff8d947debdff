// Limits the requests of each UDP source, so that a flood from one source cannot use all transactions. Checked before
// parsing: a datagram above the limit is dropped at almost no cost.

import { sourceOf } from './endpoint.ts';

export interface SourceLimits {
  /** Average limit of requests per second from one IPv4 address or one IPv6 /64. */
  readonly requestsPerSecond: number;
  /** Limit of requests in a burst. */
  readonly burst: number;
  /** Number of sources that are remembered. The oldest entry is removed first. */
  readonly sources: number;
}

/** One source holds at most 500 * 64*T1 / 1 s = 16,000 of 50,000 transactions. */
export const sourceLimits: SourceLimits = { requestsPerSecond: 500, burst: 1_000, sources: 8_192 };

const S = 0x53;
const A = 0x41;
const slash = 0x2f;

export class UdpSources {
  readonly #limits: SourceLimits;
  readonly #budgets = new Map<string, { left: number; at: number }>();
  /** Datagrams dropped so far. */
  dropped = 0;

  constructor(limits: SourceLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#budgets.size;
  }

  /** Whether a datagram may be processed. `now` in ms. */
  admits(datagram: Buffer, address: string, now: number): boolean {
    // Datagrams that create no transaction: responses ("SIP/2.0"), and ACKs, the only method that begins with "AC".
    if (datagram[0] === S && datagram[3] === slash) return true;
    if (datagram[0] === A && datagram[1] === 0x43) return true;
    const { requestsPerSecond, burst } = this.#limits;
    const source = sourceOf(address);
    let budget = this.#budgets.get(source);
    if (budget === undefined) {
      if (this.#budgets.size >= this.#limits.sources) this.#forgetOldest();
      budget = { left: burst, at: now };
      this.#budgets.set(source, budget);
    }
    budget.left = Math.min(burst, budget.left + ((now - budget.at) / 1000) * requestsPerSecond);
    budget.at = now;
    if (budget.left < 1) {
      this.dropped++;
      return false;
    }
    budget.left -= 1;
    return true;
  }

  /** Removes sources whose budget is full again. */
  sweep(now: number): void {
    const { burst, requestsPerSecond } = this.#limits;
    const fullAgain = now - (burst / requestsPerSecond) * 1000;
    for (const [source, { at }] of this.#budgets) if (at < fullAgain) this.#budgets.delete(source);
  }

  #forgetOldest(): void {
    for (const source of this.#budgets.keys()) {
      this.#budgets.delete(source);
      return;
    }
  }
}
