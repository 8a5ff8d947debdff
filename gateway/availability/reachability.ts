// Whether the PBX of a domain is reachable, without a call to a telephone: the result of the last probe or call, valid for a
// limited time. One probe at a time for each domain, and only after the last result has expired, independent of the number
// of visitors. Does not depend on DNS or SIP.

export type ReachabilityState = 'reachable' | 'unreachable' | 'unknown';

/** `heard`: any answer arrived. `silent`: no answer, which a firewall can also cause. */
export type ProbeResult = 'heard' | 'silent' | 'refused' | 'unknown';

export interface ReachabilityOptions {
  /** Probes the servers of a domain. An exception counts as `unknown`. */
  readonly probe: (domain: string) => Promise<ProbeResult>;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

const REACHABLE_MS = 30_000;
const OTHER_MS = 10_000;

interface CachedState {
  readonly state: ReachabilityState;
  readonly until: number;
}

/** The tables have at most one entry for each site of the configuration. */
export class Reachability {
  readonly #options: ReachabilityOptions;
  readonly #now: () => number;
  readonly #cached = new Map<string, CachedState>();
  readonly #probes = new Map<string, Promise<ReachabilityState>>();
  /** Domains that answered a call but not a probe: for these an unanswered probe proves nothing. */
  readonly #probesUnanswered = new Set<string>();

  constructor(options: ReachabilityOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  async of(domain: string): Promise<ReachabilityState> {
    const cached = this.#cached.get(domain);
    if (cached && cached.until > this.#now()) return cached.state;
    let probe = this.#probes.get(domain);
    if (!probe) {
      probe = this.#probe(domain);
      this.#probes.set(domain, probe);
    }
    return await probe;
  }

  /** A server of the domain answered a call, with any status. */
  answered(domain: string): void {
    // The server answers calls but not probes.
    if (this.#cached.get(domain)?.state === 'unreachable' || this.#probes.has(domain))
      this.#probesUnanswered.add(domain);
    this.#cache(domain, 'reachable');
  }

  async #probe(domain: string): Promise<ReachabilityState> {
    const result = await this.#options.probe(domain).catch((): ProbeResult => 'unknown');
    this.#probes.delete(domain);
    if (result === 'heard') this.#probesUnanswered.delete(domain);
    return this.#cache(domain, this.#stateFor(domain, result));
  }

  #stateFor(domain: string, result: ProbeResult): ReachabilityState {
    if (result === 'heard') return 'reachable';
    if (result === 'unknown' || (result === 'silent' && this.#probesUnanswered.has(domain))) return 'unknown';
    return 'unreachable';
  }

  #cache(domain: string, state: ReachabilityState): ReachabilityState {
    const ms = state === 'reachable' ? REACHABLE_MS : OTHER_MS;
    this.#cached.set(domain, { state, until: this.#now() + ms });
    return state;
  }
}
