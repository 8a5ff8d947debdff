// Who has a right to call, as a page shows it when it opens its WebSocket: a token that was not used before, or the way
// back to a call that is up. Both come as further subprotocols beside `sip`, where neither a page's history nor a
// proxy's log keeps them. Knows neither HTTP nor SIP.

import type { Live } from '../config/live.ts';
import type { Config, Site } from '../config/schema.ts';
import type { Log } from '../observe/log.ts';
import { type Grant, Grants } from './grant.ts';
import { type Called, Quotas } from './quotas.ts';
import { type Claims, type Doubt, Tokens } from './token.ts';
import { type Issuer, TokenHealth } from './token-health.ts';
import { UsedTokens } from './used-tokens.ts';
import { Work } from './work.ts';

export interface EntranceOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Warns the owner of a site whose tokens all fail. */
  readonly log?: Log | undefined;
}

/** Why a page is not let in; for the log alone. */
export type Objection = Doubt | 'token-used' | 'too-many-tokens' | 'no-such-call';

export interface Objected {
  readonly objection: Objection;
  /** It is the doing of the one who shows it, and not of the site. */
  readonly offence: boolean;
  /** No token of the site has been good lately, so that the site is at fault; of which tokens it is, a page showed one. */
  readonly siteFails?: boolean;
}

/** What good pages meet too: one that thought for long, one whose call is over. */
const innocent: ReadonlySet<Objection> = new Set(['token-expired', 'no-such-call', 'too-many-tokens']);

/** The page that shows it. */
interface Page {
  readonly origin: string;
  readonly ownPage: boolean;
}

/** Settled what it may, at one go: `enter` must be called in the same turn, or not at all. */
export interface Right {
  /** Whom it is to be a call to; undefined where that is not known yet, or there is one already. */
  readonly called?: Called;
  /** Uses the token up. Undefined for pages of sites that want none. */
  enter(): Grant | undefined | Objected;
}

export class Entrance {
  readonly tokens: Tokens;
  readonly grants = new Grants();
  readonly quotas: Quotas;
  readonly work: Work;
  readonly #used: UsedTokens;
  readonly #health: TokenHealth;
  readonly #config: Live<Config>;

  constructor(config: Live<Config>, { now, log }: EntranceOptions = {}) {
    this.#config = config;
    this.tokens = new Tokens(config, now);
    this.quotas = new Quotas(config);
    this.work = new Work(now);
    this.#used = new UsedTokens(now);
    this.#health = new TokenHealth(log);
  }

  /** Whether the page shows the way back to a call that is up: it takes no place that the call has not got already. */
  returns(shown: readonly string[], { origin }: Page): boolean {
    const way = after('back.', shown);
    return way !== undefined && this.grants.returning(way, origin) !== undefined;
  }

  /** @param shown the subprotocols that the page has named */
  async look(shown: readonly string[], page: Page): Promise<Right | Objected> {
    const way = after('back.', shown);
    if (way !== undefined) {
      return { enter: () => this.grants.returning(way, page.origin) ?? objected('no-such-call') };
    }
    const token = after('token.', shown);
    if (token === undefined && this.#asksNone(page)) return { enter: () => undefined };
    const claims = await this.tokens.read(token, page.origin);
    if (typeof claims === 'string') return this.#failed(claims, token, page);
    return {
      called: claims,
      enter: () => {
        const use = this.#used.use(claims.id, claims.until);
        if (use === 'used') return this.#reused(claims);
        if (use === 'full') return objected('too-many-tokens');
        this.#health.good(claims.issuer);
        return this.grants.give(claims);
      },
    };
  }

  /** The server of a site that hands out a token twice, from a cache, is at fault; the gateway itself never does. */
  #reused({ issuer }: Claims): Objected {
    if (!issuer.own) return objected('token-used');
    this.#health.failed(issuer, 'token-used');
    return { objection: 'token-used', offence: false };
  }

  /** A token that fails is an offence only where others of its site are good. */
  #failed(objection: Doubt, token: string | undefined, page: Page): Objected {
    const named = this.tokens.claimed(token);
    const sites = this.#sitesOf(page);
    const known = named && sites.some(({ domain }) => domain === named.domain) ? named : undefined;
    const issuers = known ? [known] : sites.flatMap(issuersOf);
    const good = issuers.some(issuer => this.#health.wasGoodLately(issuer));
    const offence = good && !innocent.has(objection);
    const siteFails = !good && objection !== 'no-token' && issuers.length > 0;
    // Of which site it is not known where a page may call several.
    if (known || sites.length === 1) for (const issuer of issuers) this.#health.failed(issuer, objection);
    return { objection, offence, siteFails };
  }

  /** Some site that such a page may call wants no tokens; that it calls no other, the call sees to. */
  #asksNone(page: Page): boolean {
    return this.#sitesOf(page).some(({ tokens }) => tokens === false);
  }

  #sitesOf({ origin, ownPage }: Page): Site[] {
    return this.#config.current.sites.filter(
      ({ origins, pages }) => origins.includes('*') || origins.includes(origin) || (ownPage && pages),
    );
  }
}

function issuersOf({ domain, tokens }: Site): Issuer[] {
  if (tokens === false) return [];
  const own = tokens !== undefined;
  const gateway = !(own && tokens.required);
  return [...(own ? [{ domain, own: true }] : []), ...(gateway ? [{ domain, own: false }] : [])];
}

function objected(objection: Objection): Objected {
  return { objection, offence: !innocent.has(objection) };
}

function after(mark: string, shown: readonly string[]): string | undefined {
  return shown.find(name => name.startsWith(mark))?.slice(mark.length);
}
