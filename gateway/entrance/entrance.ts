// Who has a right to call, as a page shows it when it opens its WebSocket: a token that was not used before, or the way
// back to a call that is up. Both come as further subprotocols beside `sip`, where neither a page's history nor a
// proxy's log keeps them. Knows neither HTTP nor SIP.

import type { Live } from '../config/live.ts';
import type { Config } from '../config/schema.ts';
import { type Grant, Grants } from './grant.ts';
import { type Called, Quotas } from './quotas.ts';
import { type Doubt, Tokens } from './token.ts';
import { UsedTokens } from './used-tokens.ts';
import { Work } from './work.ts';

export interface Clocks {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Why a page is not let in; for the log alone. */
export type Objection = Doubt | 'token-used' | 'too-many-tokens' | 'no-such-call';

/** Settled what it may, at one go: `enter` must be called in the same turn, or not at all. */
export interface Right {
  /** Whom it is to be a call to; undefined where that is not known yet, or there is one already. */
  readonly called?: Called;
  /** Uses the token up. Undefined for pages of sites that want none. */
  enter(): Grant | undefined | { readonly objection: Objection };
}

export class Entrance {
  readonly tokens: Tokens;
  readonly grants = new Grants();
  readonly quotas: Quotas;
  readonly work: Work;
  readonly #used: UsedTokens;
  readonly #config: Live<Config>;

  constructor(config: Live<Config>, { now }: Clocks = {}) {
    this.#config = config;
    this.tokens = new Tokens(config, now);
    this.quotas = new Quotas(config);
    this.work = new Work(now);
    this.#used = new UsedTokens(now);
  }

  /** @param shown the subprotocols that the page has named */
  async look(
    shown: readonly string[],
    page: { origin: string; ownPage: boolean },
  ): Promise<Right | Objection> {
    const way = after('back.', shown);
    if (way !== undefined) {
      return { enter: () => this.grants.returning(way, page.origin) ?? { objection: 'no-such-call' } };
    }
    const token = after('token.', shown);
    if (token === undefined && this.#asksNone(page)) return { enter: () => undefined };
    const claims = await this.tokens.read(token, page.origin);
    if (typeof claims === 'string') return claims;
    return {
      called: claims,
      enter: () => {
        const use = this.#used.use(claims.id, claims.until);
        if (use === 'fresh') return this.grants.give(claims);
        return { objection: use === 'used' ? 'token-used' : 'too-many-tokens' };
      },
    };
  }

  /** Some site that such a page may call wants no tokens; that it calls no other, the call sees to. */
  #asksNone({ origin, ownPage }: { origin: string; ownPage: boolean }): boolean {
    return this.#config.current.sites.some(
      ({ tokens, origins, pages }) =>
        tokens === false && (origins.includes('*') || origins.includes(origin) || (ownPage && pages)),
    );
  }
}

function after(mark: string, shown: readonly string[]): string | undefined {
  return shown.find(name => name.startsWith(mark))?.slice(mark.length);
}
