// What a page may know before it calls: whether the person is to be had now, and what else there is. Puts together
// the owner's hours and ladder with what is known of the telephones. Knows neither HTTP nor SIP.

import { readableHost } from '../config/host-name.ts';
import type { Rung } from '../config/otherwise.ts';
import type { Config, Site } from '../config/schema.ts';
import { type Opening, openingAt } from './opening.ts';
import type { Reach } from './reachability.ts';

type Person = Site['callable'][number];

/** One rung as a page is told of it: never where a callback goes. */
export type Offer =
  | { readonly kind: 'person'; readonly to: string; readonly name?: string; readonly title?: string }
  | { readonly kind: 'hotline'; readonly phone: string }
  | { readonly kind: 'mail'; readonly mail: string }
  | { readonly kind: 'callback' };

export interface Status {
  readonly state: 'open' | 'closed' | 'unreachable' | 'unknown';
  /** Of `closed`: an instant in ISO 8601, UTC. Absent when there is none within a year. */
  readonly opensAt?: string;
  /** In the owner's order; persons who are closed now are left out. */
  readonly otherwise: readonly Offer[];
}

export interface ReceptionOptions {
  readonly config: Config;
  readonly reach: (domain: string) => Promise<Reach>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export class Reception {
  readonly #sites: ReadonlyMap<string, Site>;
  readonly #reach: ReceptionOptions['reach'];
  readonly #now: () => number;

  constructor({ config, reach, now = Date.now }: ReceptionOptions) {
    this.#sites = new Map(config.sites.map(site => [site.domain, site]));
    this.#reach = reach;
    this.#now = now;
  }

  /** Undefined for whoever is not callable. A domain that is closed is not asked for. */
  async status(domain: string, user: string): Promise<Status | undefined> {
    const [site, person] = this.#find(domain, user);
    if (!site || !person) return undefined;
    const otherwise = this.#offers(site, person);
    const opening = this.#opening(site, person);
    if (!opening.open) {
      const { opensAt } = opening;
      return {
        state: 'closed',
        ...(opensAt !== undefined && { opensAt: new Date(opensAt).toISOString() }),
        otherwise,
      };
    }
    const reach = await this.#reach(domain);
    return { state: reach === 'reachable' ? 'open' : reach, otherwise };
  }

  /** The rung by which this person is asked to call back; undefined when the owner wants none. */
  callback(domain: string, user: string): Extract<Rung, { kind: 'callback' }> | undefined {
    const [site, person] = this.#find(domain, user);
    return site && person && ladderOf(site, person).find(rung => rung.kind === 'callback');
  }

  #find(domain: string, user: string): [Site?, Person?] {
    const site = this.#sites.get(domain);
    return [site, site?.callable.find(one => one.user === user)];
  }

  #opening(site: Site, person: Person): Opening {
    const hours = person.hours ?? site.hours;
    return hours ? openingAt(hours, this.#now()) : { open: true };
  }

  #offers(site: Site, person: Person): Offer[] {
    const offers: Offer[] = [];
    for (const rung of ladderOf(site, person)) {
      if (rung.kind === 'callback') offers.push({ kind: 'callback' });
      else if (rung.kind !== 'person') offers.push(rung);
      else {
        const other = site.callable.find(one => one.user === rung.user);
        if (!other || other === person || !this.#opening(site, other).open) continue;
        const { user, name, title } = other;
        const to = `${user}@${readableHost(site.domain)}`;
        offers.push({ kind: 'person', to, ...(name && { name }), ...(title && { title }) });
      }
    }
    return offers;
  }
}

function ladderOf(site: Site, person: Person): readonly Rung[] {
  return person.otherwise ?? site.otherwise ?? [];
}
