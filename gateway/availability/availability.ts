// What a page may know before it calls: whether the person is to be had now, and what else there is. Puts together
// the owner's hours and ladder with what is known of the telephones. Knows neither HTTP nor SIP.

import type { Fallback } from '../config/fallbacks.ts';
import { readableHost } from '../config/host-name.ts';
import type { Config, Site } from '../config/schema.ts';
import { type Directory, directoryOf, type Person } from '../directory/directory.ts';
import { type Opening, openingAt } from './opening-hours.ts';
import type { Reach } from './reachability.ts';

/** One rung as a page is told of it: never where a callback goes. */
export type FallbackOffer =
  | { readonly kind: 'person'; readonly to: string; readonly name?: string; readonly title?: string }
  | { readonly kind: 'hotline'; readonly phone: string }
  | { readonly kind: 'mail'; readonly mail: string }
  | { readonly kind: 'callback' };

export interface Status {
  readonly state: 'open' | 'closed' | 'unreachable' | 'unknown';
  /** Of `closed`: an instant in ISO 8601, UTC. Absent when there is none within a year. */
  readonly opensAt?: string;
  /** In the owner's order; persons who are closed now are left out. */
  readonly fallbacks: readonly FallbackOffer[];
}

export interface AvailabilityOptions {
  readonly config: Config;
  readonly reach: (domain: string) => Promise<Reach>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export class Availability {
  readonly #directory: Directory;
  readonly #reach: AvailabilityOptions['reach'];
  readonly #now: () => number;

  constructor({ config, reach, now = Date.now }: AvailabilityOptions) {
    this.#directory = directoryOf(config);
    this.#reach = reach;
    this.#now = now;
  }

  /** Undefined for whoever is not callable. A domain that is closed is not asked for. */
  async status(domain: string, user: string): Promise<Status | undefined> {
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
    const reach = await this.#reach(domain);
    return { state: reach === 'reachable' ? 'open' : reach, fallbacks };
  }

  /** The rung by which this person is asked to call back; undefined when the owner wants none. */
  callback(domain: string, user: string): Extract<Fallback, { kind: 'callback' }> | undefined {
    const [site, person] = this.#find(domain, user);
    return site && person && ladderOf(site, person).find(fallback => fallback.kind === 'callback');
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
    for (const fallback of ladderOf(site, person)) {
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

function ladderOf(site: Site, person: Person): readonly Fallback[] {
  return person.fallbacks ?? site.fallbacks ?? [];
}
