// Who has a right to call, as a page shows it when it opens its WebSocket: a token that was not used before, or the way
// back to a call that is up. Both come as further subprotocols beside `sip`, where neither a page's history nor a
// proxy's log keeps them. Knows neither HTTP nor SIP.

import type { Live } from '../config/live.ts';
import type { Config, Site } from '../config/schema.ts';
import { directoryOf } from '../directory/directory.ts';
import type { Log } from '../observe/log.ts';
import { AddressRate } from './address-rate.ts';
import { type Grant, Grants } from './grant.ts';
import { ProofOfWork } from './proof-of-work.ts';
import { type Called, Quotas } from './quotas.ts';
import { Tokens } from './token.ts';
import { faultOriginOf, type TokenFault } from './token-fault.ts';
import { type Issuer, TokenHealth } from './token-health.ts';
import { TokenRetries } from './token-retries.ts';
import { UsedTokens } from './used-tokens.ts';

/** Tokens that fail, of one address: more than an office of visitors shows who all press again and again. */
const flood = { burst: 300, everyMs: 2_000 };

export interface AuthorizationOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Warns the owner of a site whose tokens all fail. */
  readonly log?: Log | undefined;
}

/** Why a page gets no right to call; for the log alone. */
export type DenialReason = TokenFault | 'too-many-tokens' | 'no-such-call';

export interface Denial {
  readonly denial: DenialReason;
  /** It is the doing of the one who shows it, and not of the site. */
  readonly offence: boolean;
  /** The fault is the owner's: the page is to be let in, for its call to be refused with the cause. */
  readonly byOwner?: boolean;
}

/** The page that shows it. */
interface Page {
  /** Where it shows it from. */
  readonly address: string;
  readonly origin: string;
  readonly ownPage: boolean;
}

/** Settled what it may, at one go: `enter` must be called in the same turn, or not at all. */
export interface Allowed {
  /** Whom it is to be a call to; undefined where that is not known yet, or there is one already. */
  readonly called?: Called;
  /** Uses the token up. Undefined for pages of sites that want none. */
  enter(): Grant | undefined | Denial;
}

export class Authorization {
  readonly tokens: Tokens;
  readonly grants = new Grants();
  readonly quotas: Quotas;
  readonly proofOfWork: ProofOfWork;
  readonly #used: UsedTokens;
  readonly #health: TokenHealth;
  readonly #secondTries = new TokenRetries();
  readonly #failures = new AddressRate(flood);
  readonly #config: Live<Config>;

  constructor(config: Live<Config>, { now, log }: AuthorizationOptions = {}) {
    this.#config = config;
    this.tokens = new Tokens(config, now);
    this.quotas = new Quotas(config);
    this.proofOfWork = new ProofOfWork(now);
    this.#used = new UsedTokens(now);
    this.#health = new TokenHealth(log);
  }

  /** Whether the page shows the way back to a call that is up: it takes no place that the call has not got already. */
  returns(shown: readonly string[], { origin }: Pick<Page, 'origin'>): boolean {
    const way = after('back.', shown);
    return way !== undefined && this.grants.returning(way, origin) !== undefined;
  }

  /** @param shown the subprotocols that the page has named */
  async look(shown: readonly string[], page: Page): Promise<Allowed | Denial> {
    const way = after('back.', shown);
    if (way !== undefined) {
      return { enter: () => this.grants.returning(way, page.origin) ?? noSuchCall };
    }
    const token = after('token.', shown);
    if (token === undefined && this.#asksNone(page)) return { enter: () => undefined };
    const claims = await this.tokens.read(token, page.origin);
    if (typeof claims === 'string') return this.#failed(claims, token, page);
    return {
      called: claims,
      enter: () => {
        const use = this.#used.use(claims.id, claims.until);
        if (use === 'used') return this.#objected('token-used', claims.issuer, page);
        if (use === 'full') return { denial: 'too-many-tokens', offence: false };
        this.#health.good(claims.issuer);
        return this.grants.give(claims);
      },
    };
  }

  #failed(doubt: TokenFault, token: string | undefined, page: Page): Denial {
    const named = this.tokens.claimed(token);
    const sites = this.#sitesOf(page);
    const known = named && sites.some(({ domain }) => domain === named.domain) ? named : undefined;
    if (known) return this.#objected(doubt, known, page, this.tokens.secondsLeft(token));
    const issuers = sites.flatMap(issuersOf);
    // Of which site it is not known where a page may call several.
    if (sites.length === 1) for (const issuer of issuers) this.#health.failed(issuer, doubt);
    const own = issuers.some(issuer => issuer.own);
    return this.#judged(doubt, issuers, own, page);
  }

  /** Of a token whose issuer is known. `left`: seconds until it expires, as it says. */
  #objected(doubt: TokenFault, issuer: Issuer, page: Page, left?: number): Denial {
    const judged = this.#judged(doubt, [issuer], issuer.own, page);
    // Of those that came late, a first one tells nothing of the site.
    const late = doubt === 'token-expired' && !judged.byOwner;
    const byIssuer = !late && faultOriginOf(doubt, issuer.own) !== 'page';
    this.#health.failed(issuer, doubt, { byIssuer, left });
    return judged;
  }

  /**
   * A token that fails is an offence only where others of its issuers are good, and where the owner cannot have caused it;
   * or where there are more of them than visitors show.
   */
  #judged(doubt: TokenFault, issuers: readonly Issuer[], own: boolean, { address }: Page): Denial {
    if (!this.#failures.take(address)) return { denial: doubt, offence: true };
    const good = issuers.some(issuer => this.#health.wasGoodLately(issuer));
    switch (faultOriginOf(doubt, own)) {
      case 'issuer':
        return { denial: doubt, offence: false, byOwner: true };
      case 'chance':
        return { denial: doubt, offence: false, byOwner: this.#isNoChance(doubt, good, address) };
      default:
        return {
          denial: doubt,
          // A client of the owner's may show none; the gateway's own element always shows one.
          offence: good && !own,
          byOwner: !good && doubt !== 'no-token' && issuers.length > 0,
        };
    }
  }

  /** Another token would fail in the same way. */
  #isNoChance(doubt: TokenFault, good: boolean, address: string): boolean {
    return (doubt === 'bad-token' && !good) || this.#secondTries.isSecond(address, doubt);
  }

  /** Some site that such a page may call wants no tokens; that it calls no other, the call sees to. */
  #asksNone(page: Page): boolean {
    return this.#sitesOf(page).some(({ tokens }) => tokens === false);
  }

  #sitesOf(page: Page): readonly Site[] {
    return directoryOf(this.#config.current).sitesOf(page);
  }
}

function issuersOf({ domain, tokens }: Site): Issuer[] {
  if (tokens === false) return [];
  const own = tokens !== undefined;
  const gateway = !(own && tokens.required);
  return [...(own ? [{ domain, own: true }] : []), ...(gateway ? [{ domain, own: false }] : [])];
}

const noSuchCall: Denial = { denial: 'no-such-call', offence: false };

function after(mark: string, shown: readonly string[]): string | undefined {
  return shown.find(name => name.startsWith(mark))?.slice(mark.length);
}
