// The availability of a person, for pages before a call: whether a call is possible now, and the fallbacks. Combines the
// opening hours and fallbacks of the configuration with the reachability of the PBX. Does not depend on HTTP or SIP.

import type { AvailabilityStatus, FallbackOffer } from '../../contract/http.ts';
import type { Fallback } from '../config/fallbacks.ts';
import { readableHost } from '../config/host-name.ts';
import type { Config, Site } from '../config/schema.ts';
import { type Directory, directoryOf, type Person } from '../directory/directory.ts';
import { type Opening, openingAt } from './opening-hours.ts';
import type { ReachabilityState } from './reachability.ts';

export interface AvailabilityOptions {
  readonly config: Config;
  readonly reachabilityOf: (domain: string) => Promise<ReachabilityState>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export class Availability {
  readonly #directory: Directory;
  readonly #reachabilityOf: AvailabilityOptions['reachabilityOf'];
  readonly #now: () => number;

  constructor({ config, reachabilityOf, now = Date.now }: AvailabilityOptions) {
    this.#directory = directoryOf(config);
    this.#reachabilityOf = reachabilityOf;
    this.#now = now;
  }

  /** Undefined for a person who cannot be called. The PBX is probed only within opening hours. */
  async status(domain: string, user: string): Promise<AvailabilityStatus | undefined> {
    const [site, person] = this.#find(domain, user);
    if (!site || !person) return undefined;
    const fallbacks = this.#offers(site, person);
    const opening = this.#opening(site, person);
    if (!opening.open) {
      const { opensAt } = opening;
      return {
        state: 'closed',
        ...(opensAt !== undefined && { opensAt: new Date(opensAt).toISOString() }),
        fallbacks,
      };
    }
    const reachability = await this.#reachabilityOf(domain);
    return { state: reachability === 'reachable' ? 'open' : reachability, fallbacks };
  }

  /** The callback fallback of this person; undefined when the configuration has none. */
  callback(domain: string, user: string): Extract<Fallback, { kind: 'callback' }> | undefined {
    const [site, person] = this.#find(domain, user);
    return site && person && fallbacksOf(site, person).find(fallback => fallback.kind === 'callback');
  }

  #find(domain: string, user: string): [Site?, Person?] {
    return [this.#directory.site(domain), this.#directory.person(domain, user)];
  }

  #opening(site: Site, person: Person): Opening {
    const hours = person.hours ?? site.hours;
    return hours ? openingAt(hours, this.#now()) : { open: true };
  }

  #offers(site: Site, person: Person): FallbackOffer[] {
    const offers: FallbackOffer[] = [];
    for (const fallback of fallbacksOf(site, person)) {
      if (fallback.kind === 'callback') offers.push({ kind: 'callback' });
      else if (fallback.kind !== 'person') offers.push(fallback);
      else {
        const other = this.#directory.person(site.domain, fallback.user);
        if (!other || other === person || !this.#opening(site, other).open) continue;
        const { user, name, title } = other;
        const to = `${user}@${readableHost(site.domain)}`;
        offers.push({ kind: 'person', to, ...(name && { name }), ...(title && { title }) });
      }
    }
    return offers;
  }
}

function fallbacksOf(site: Site, person: Person): readonly Fallback[] {
  return person.fallbacks ?? site.fallbacks ?? [];
}
