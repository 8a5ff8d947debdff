// The only look-up by domain, user or origin. Calls, quotas, tokens, availability, cards and pages use it. What a browser
// sends only selects from the configuration: the Request-URI toward the PBX is built here, never copied.

import { echoUser } from '../config/contact.ts';
import { isListed, isNamed } from '../config/origin.ts';
import type { Config, Site } from '../config/schema.ts';
import { parseUri } from '../engine/message/uri.ts';

export type Person = Site['callable'][number];

export interface Destination {
  readonly domain: string;
  readonly user: string;
  /** Request-URI and To of the INVITE toward the PBX. */
  readonly uri: string;
  /** The site accepts calls without a token. */
  readonly free?: boolean;
  /** The PBX gets the address of the visitor. */
  readonly sendsVisitorAddress?: boolean;
}

/** The calling page: its origin, and whether the gateway itself has served it. */
export interface CallingPage {
  readonly origin: string;
  readonly ownPage?: boolean | undefined;
}

export class Directory {
  readonly sites: readonly Site[];
  readonly #byDomain: ReadonlyMap<
    string,
    { readonly site: Site; readonly people: ReadonlyMap<string, Person> }
  >;

  constructor(sites: readonly Site[]) {
    this.sites = sites;
    this.#byDomain = new Map(
      sites.map(site => {
        const people = new Map(site.callable.map(person => [person.user, person] as const));
        return [site.domain, { site, people }] as const;
      }),
    );
  }

  site(domain: string): Site | undefined {
    return this.#byDomain.get(domain)?.site;
  }

  person(domain: string, user: string): Person | undefined {
    return this.#byDomain.get(domain)?.people.get(user);
  }

  /** A person who has pages on the gateway: `/call` and `/card`. */
  personWithPages(domain: string, user: string): Person | undefined {
    return this.site(domain)?.pages ? this.person(domain, user) : undefined;
  }

  /** The sites that a page may call. */
  sitesOf(page: CallingPage): readonly Site[] {
    return this.sites.filter(site => mayCall(page, site));
  }

  /** Whether a site lists the origin, by `*` too. */
  isListed(origin: string): boolean {
    return this.sites.some(({ origins }) => isListed(origins, origin));
  }

  /** Whether a site lists the origin so that its pages are certainly the owner's: `*` does not count. */
  isNamed(origin: string): boolean {
    return this.sites.some(({ origins, domain }) => isNamed(origins, origin, domain));
  }

  /** The destination that `requestUri` selects, if the page may call it. */
  destination(requestUri: string, page: CallingPage): Destination | undefined {
    const uri = parseUri(requestUri);
    // Refuses sips too: it demands TLS on every hop (RFC 3261 26.2.2), which the gateway cannot promise.
    if (!uri?.user || uri.scheme !== 'sip' || uri.password !== undefined || uri.port !== undefined)
      return undefined;
    if (uri.params.size > 0 || uri.headers.size > 0) return undefined;
    const { host: domain } = uri;
    const site = this.site(domain);
    const user = uri.user.toLowerCase();
    if (!site || !(this.person(domain, user) || user === echoUser) || !mayCall(page, site)) return undefined;
    return {
      domain,
      user,
      uri: `sip:${user}@${domain}`,
      ...(site.tokens === false && { free: true }),
      sendsVisitorAddress: site.sendVisitorAddress,
    };
  }
}

function mayCall({ origin, ownPage = false }: CallingPage, { origins, pages }: Site): boolean {
  return isListed(origins, origin) || (ownPage && pages);
}

const directories = new WeakMap<readonly Site[], Directory>();

/** The directory of a configuration, built once for each: configurations are frozen. */
export function directoryOf({ sites }: Pick<Config, 'sites'>): Directory {
  const stored = directories.get(sites);
  if (stored) return stored;
  const directory = new Directory(sites);
  directories.set(sites, directory);
  return directory;
}
