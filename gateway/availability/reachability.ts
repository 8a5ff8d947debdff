// Whether a domain's telephones can be reached, as far as is known without ringing one: what the last probe or the
// last call heard, believed for a while. One probe at a time for a domain, and none before the last is too old,
// whatever visitors do. Knows neither DNS nor SIP.

export type Reach = 'reachable' | 'unreachable' | 'unknown';

/** `heard`: somebody answered, whatever it was. `silent`: nothing came, which a firewall can mean as well. */
export type Echo = 'heard' | 'silent' | 'refused' | 'unknown';

export interface ReachabilityOptions {
  /** Asks the servers of a domain. Whatever it throws means `unknown`. */
  readonly probe: (domain: string) => Promise<Echo>;
  /** Milliseconds of a clock that never steps back. */
  readonly now?: () => number;
}

const GOOD_MS = 30_000;
const BAD_MS = 10_000;

interface Known {
  readonly reach: Reach;
  readonly until: number;
}

/** Its domains are those of the configuration: there are no more of them than sites. */
export class Reachability {
  readonly #options: ReachabilityOptions;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();
  readonly #probes = new Map<string, Promise<Reach>>();
  /** Domains that took a call: of these, silence proves nothing once they were silent in spite of it. */
  readonly #deaf = new Set<string>();

  constructor(options: ReachabilityOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  async of(domain: string): Promise<Reach> {
    const known = this.#known.get(domain);
    if (known && known.until > this.#now()) return known.reach;
    let probe = this.#probes.get(domain);
    if (!probe) {
      probe = this.#probe(domain);
      this.#probes.set(domain, probe);
    }
    return await probe;
  }

  /** A server of the domain answered a call, in whatever way. */
  answered(domain: string): void {
    // It does not answer what probes ask, but it does take calls.
    if (this.#known.get(domain)?.reach === 'unreachable' || this.#probes.has(domain)) this.#deaf.add(domain);
    this.#know(domain, 'reachable');
  }

  async #probe(domain: string): Promise<Reach> {
    const echo = await this.#options.probe(domain).catch((): Echo => 'unknown');
    this.#probes.delete(domain);
    if (echo === 'heard') this.#deaf.delete(domain);
    return this.#know(domain, this.#meaning(domain, echo));
  }

  #meaning(domain: string, echo: Echo): Reach {
    if (echo === 'heard') return 'reachable';
    if (echo === 'unknown' || (echo === 'silent' && this.#deaf.has(domain))) return 'unknown';
    return 'unreachable';
  }

  #know(domain: string, reach: Reach): Reach {
    const ms = reach === 'reachable' ? GOOD_MS : BAD_MS;
    this.#known.set(domain, { reach, until: this.#now() + ms });
    return reach;
  }
}
