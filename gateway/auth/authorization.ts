// Checks the right to call that a page presents when it opens its WebSocket: a token that was not used before, or the
// key of its running call. Both are subprotocols beside `sip`, because neither a browser's history nor a proxy's log
// keeps subprotocols. Does not depend on HTTP or SIP.

import type { CredentialPrefixes } from '../../contract/websocket.ts';
import type { Live } from '../config/live.ts';
import type { Config, Site } from '../config/schema.ts';
import { directoryOf } from '../directory/directory.ts';
import type { Log } from '../observe/log.ts';
import { AddressRate } from './address-rate.ts';
import { type Grant, Grants } from './grant.ts';
import { MemoryTokenLedger } from './memory-token-ledger.ts';
import { ProofOfWork } from './proof-of-work.ts';
import type { QuotaStore } from './quota-store.ts';
import { type Callee, Quotas } from './quotas.ts';
import { StoreFailures } from './store-failures.ts';
import { type Claims, Tokens } from './token.ts';
import { faultOriginOf, type TokenFault } from './token-fault.ts';
import { type Issuer, TokenHealth } from './token-health.ts';
import type { TokenLedger } from './token-ledger.ts';
import { TokenRetries } from './token-retries.ts';

/** Failed tokens of one address: more than an office sends in which every visitor tries repeatedly. */
const failureRate = { burst: 300, everyMs: 2_000 };

const prefixes: CredentialPrefixes = { token: 'token.', resume: 'back.' };

export interface AuthorizationOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Warns the owner of a site whose tokens all fail. */
  readonly log?: Log | undefined;
  readonly stores?: AuthStores;
}

/** The state that gateways behind one name can share. Default: the memory of this process. */
export interface AuthStores {
  /** Tokens that were used. */
  readonly tokens: TokenLedger;
  /** Challenges that were solved. */
  readonly solutions: TokenLedger;
  readonly quotas: QuotaStore;
}

/** Why a page gets no right to call. For the log only. */
export type DenialReason = TokenFault | 'too-many-tokens' | 'store-unavailable' | 'no-such-call';

export interface Denial {
  readonly denial: DenialReason;
  /** The page caused it, not the site. */
  readonly offence: boolean;
  /** The owner caused it: the page is admitted, and its call is refused with the cause. */
  readonly byOwner?: boolean;
}

/** The page that presents the token. */
interface ConnectingPage {
  readonly address: string;
  readonly origin: string;
  readonly ownPage: boolean;
}

/** A right to call that was checked and is not used yet. */
export interface Allowed {
  /** The callee that the token names; undefined without a token, and for a call that is running. */
  readonly callee?: Callee;
  /** Uses the token. Undefined for pages of sites that require no token. */
  use(): Promise<Grant | undefined | Denial>;
}

export class Authorization {
  readonly tokens: Tokens;
  readonly grants = new Grants();
  readonly quotas: Quotas;
  readonly proofOfWork: ProofOfWork;
  readonly storeFailures: StoreFailures;
  readonly #used: TokenLedger;
  readonly #health: TokenHealth;
  readonly #retries = new TokenRetries();
  readonly #failures = new AddressRate(failureRate);
  readonly #config: Live<Config>;

  constructor(config: Live<Config>, { now, log, stores }: AuthorizationOptions = {}) {
    this.#config = config;
    this.storeFailures = new StoreFailures(log);
    this.tokens = new Tokens(config, now);
    this.quotas = new Quotas(config, stores?.quotas, this.storeFailures);
    this.proofOfWork = new ProofOfWork(now, stores?.solutions);
    this.#used = stores?.tokens ?? new MemoryTokenLedger(now);
    this.#health = new TokenHealth(log);
  }

  /** Whether the page presents the key of a running call: then its WebSocket replaces one that is counted already. */
  resumes(protocols: readonly string[], { origin }: Pick<ConnectingPage, 'origin'>): boolean {
    const key = afterPrefix(prefixes.resume, protocols);
    return key !== undefined && this.grants.resume(key, origin) !== undefined;
  }

  /** @param protocols the subprotocols that the page offers */
  async check(protocols: readonly string[], page: ConnectingPage): Promise<Allowed | Denial> {
    const key = afterPrefix(prefixes.resume, protocols);
    if (key !== undefined) {
      return { use: async () => this.grants.resume(key, page.origin) ?? noSuchCall };
    }
    const token = afterPrefix(prefixes.token, protocols);
    if (token === undefined && this.#needsNone(page)) return { use: async () => undefined };
    const claims = await this.tokens.read(token, page.origin);
    if (typeof claims === 'string') return this.#denied(claims, token, page);
    return {
      callee: claims,
      use: () => this.#use(claims, page),
    };
  }

  async #use(claims: Claims, page: ConnectingPage): Promise<Grant | Denial> {
    try {
      const use = await this.#used.use(claims.id, claims.until);
      if (use === 'used') return this.#deniedFor('token-used', claims.issuer, page);
      if (use === 'full') return { denial: 'too-many-tokens', offence: false };
    } catch (error) {
      // The token may have been used before.
      this.storeFailures.note('tokens', error);
      return { denial: 'store-unavailable', offence: false };
    }
    this.#health.good(claims.issuer);
    return this.grants.issue(claims);
  }

  #denied(fault: TokenFault, token: string | undefined, page: ConnectingPage): Denial {
    const claimed = this.tokens.claimedIssuer(token);
    const sites = this.#sitesOf(page);
    const known = claimed && sites.some(({ domain }) => domain === claimed.domain) ? claimed : undefined;
    if (known) return this.#deniedFor(fault, known, page, this.tokens.secondsLeft(token));
    const issuers = sites.flatMap(issuersOf);
    // Where a page may call several sites, the site of the token is not known.
    if (sites.length === 1) for (const issuer of issuers) this.#health.failed(issuer, fault);
    const own = issuers.some(issuer => issuer.own);
    return this.#denialOf(fault, issuers, own, page);
  }

  /** A token whose issuer is known. `left`: seconds until its `exp`. */
  #deniedFor(fault: TokenFault, issuer: Issuer, page: ConnectingPage, left?: number): Denial {
    const denial = this.#denialOf(fault, [issuer], issuer.own, page);
    // One expired token does not show that the site issues expired tokens.
    const late = fault === 'token-expired' && !denial.byOwner;
    const byIssuer = !late && faultOriginOf(fault, issuer.own) !== 'page';
    this.#health.failed(issuer, fault, { byIssuer, left });
    return denial;
  }

  /**
   * A token that fails is an offence only if other tokens of its issuers are good and the owner cannot have caused the
   * fault, or if the address sends more failed tokens than visitors do.
   */
  #denialOf(
    fault: TokenFault,
    issuers: readonly Issuer[],
    own: boolean,
    { address }: ConnectingPage,
  ): Denial {
    if (!this.#failures.take(address)) return { denial: fault, offence: true };
    const good = issuers.some(issuer => this.#health.wasGoodRecently(issuer));
    switch (faultOriginOf(fault, own)) {
      case 'issuer':
        return { denial: fault, offence: false, byOwner: true };
      case 'chance':
        return { denial: fault, offence: false, byOwner: this.#isPermanent(fault, good, address) };
      default:
        return {
          denial: fault,
          // A client that the owner wrote may present no token; the gateway's element always presents one.
          offence: good && !own,
          byOwner: !good && fault !== 'no-token' && issuers.length > 0,
        };
    }
  }

  /** A new token would fail in the same way. */
  #isPermanent(fault: TokenFault, good: boolean, address: string): boolean {
    return (fault === 'bad-token' && !good) || this.#retries.isSecond(address, fault);
  }

  /** A site that the page may call requires no token. The call checks later that the page calls no other site. */
  #needsNone(page: ConnectingPage): boolean {
    return this.#sitesOf(page).some(({ tokens }) => tokens === false);
  }

  #sitesOf(page: ConnectingPage): readonly Site[] {
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

/** What follows `prefix` in the first subprotocol that starts with it. */
function afterPrefix(prefix: string, protocols: readonly string[]): string | undefined {
  return protocols.find(name => name.startsWith(prefix))?.slice(prefix.length);
}
