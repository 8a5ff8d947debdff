// Whom a site's visitors may reach. What a browser sends only selects from what was configured:
// the address that goes to the PBX is built here, never copied.

import { echoUser } from '../config/contact.ts';
import { isListed } from '../config/origin.ts';
import type { Config } from '../config/schema.ts';
import { parseUri } from '../engine/message/uri.ts';

export interface Destination {
  readonly domain: string;
  readonly user: string;
  /** Request-URI and To of the INVITE toward the PBX. */
  readonly uri: string;
  /** The site's owner lets pages call without a token. */
  readonly free?: boolean;
  /** The PBX is told the visitor's address. */
  readonly sendsVisitorAddress?: boolean;
}

/** Which page is calling: its origin, and whether the gateway has served it itself. */
export interface CallingPage {
  readonly origin: string;
  readonly ownPage?: boolean;
}

/** The destination that `requestUri` selects, when the page may call it. */
export type Directory = (requestUri: string, page: CallingPage) => Destination | undefined;

export function createDirectory(config: Config): Directory {
  const sites = new Map(
    config.sites.map(site => [
      site.domain,
      {
        origins: site.origins,
        callable: new Set(site.callable.map(({ user }) => user)),
        pages: site.pages,
        free: site.tokens === false,
        sendsVisitorAddress: site.sendVisitorAddress,
      },
    ]),
  );
  return (requestUri, { origin, ownPage }) => {
    const uri = parseUri(requestUri);
    // Parameters, headers and passwords have no business in an address that people type.
    // RFC 3261 26.2.2: who writes sips wants TLS all the way, which is not ours to promise.
    if (!uri?.user || uri.scheme !== 'sip' || uri.password !== undefined || uri.port !== undefined)
      return undefined;
    if (uri.params.size > 0 || uri.headers.size > 0) return undefined;
    const site = sites.get(uri.host);
    const user = uri.user.toLowerCase();
    if (!site || !(site.callable.has(user) || user === echoUser)) return undefined;
    if (!isListed(site.origins, origin) && !(ownPage && site.pages)) return undefined;
    return {
      domain: uri.host,
      user,
      uri: `sip:${user}@${uri.host}`,
      ...(site.free && { free: true }),
      sendsVisitorAddress: site.sendsVisitorAddress,
    };
  };
}
