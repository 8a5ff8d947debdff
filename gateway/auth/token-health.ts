// Detects sites whose tokens are all rejected. While every token of a site fails, the fault is the owner's: a wrong secret,
// a wrong clock, gateways without a shared secret. Then no visitor commits an offence, and the owner gets a warning. This
// helps no attacker: while all tokens of a site fail, no token can be guessed. If only some tokens fail, and no visitor can
// have caused the fault, the owner gets a warning too.

import type { Log } from '../observe/log.ts';
import { type TokenFault, tokenFaults } from './token-fault.ts';

/** How long one good token shows that the issuer works; the same time as in the fail2ban rule. */
const RECENT_MS = 10 * 60_000;
/** Failures in a row before the first warning, and the time between warnings. */
const FIRST_WARNING = 5;
const WARN_EVERY_MS = 60 * 60_000;

const ALL_FAIL = 'every token for this site is rejected: its visitors cannot call';
const SOME_FAIL = 'some tokens for this site are rejected: some of its visitors cannot call';

/** The signer of the tokens: the gateway, or the site's own server (`own`). */
export interface Issuer {
  readonly domain: string;
  readonly own: boolean;
}

export interface TokenFailure {
  /** No visitor can have caused it. */
  readonly byIssuer?: boolean;
  /** Seconds until the `exp` of the token. */
  readonly left?: number | undefined;
}

interface IssuerHealth {
  goodAt: number;
  /** In a row. */
  failed: number;
  warnedAt: number;
  /** Failures caused by the issuer, since the hour began. */
  byIssuer: number;
  hourStart: number;
  /** The hour of the last warning about these. */
  warnedFor: number;
}

export class TokenHealth {
  readonly #log: Log | undefined;
  readonly #now: () => number;
  /** At most twice as many as the configuration has sites. */
  readonly #issuers = new Map<string, IssuerHealth>();

  /** `now` in milliseconds on a monotonic clock. */
  constructor(log?: Log, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  good(issuer: Issuer): void {
    const health = this.#of(issuer);
    health.goodAt = this.#now();
    health.failed = 0;
  }

  /** Whether a token was good recently: then a token that fails is an offence. */
  wasGoodRecently(issuer: Issuer): boolean {
    return this.#now() - this.#of(issuer).goodAt < RECENT_MS;
  }

  failed(issuer: Issuer, fault: TokenFault, { byIssuer = false, left }: TokenFailure = {}): void {
    const health = this.#of(issuer);
    const now = this.#now();
    health.failed++;
    if (now - health.hourStart >= WARN_EVERY_MS) [health.hourStart, health.byIssuer] = [now, 0];
    if (byIssuer) health.byIssuer++;
    if (this.wasGoodRecently(issuer)) {
      if (!byIssuer || health.byIssuer < FIRST_WARNING || health.warnedFor === health.hourStart) return;
      health.warnedFor = health.hourStart;
      this.#warn(issuer, fault, health.byIssuer, left, SOME_FAIL);
    } else if (health.failed >= FIRST_WARNING && now - health.warnedAt >= WARN_EVERY_MS) {
      health.warnedAt = now;
      this.#warn(issuer, fault, health.failed, left, ALL_FAIL);
    }
  }

  #warn(
    { domain: site }: Issuer,
    fault: TokenFault,
    failed: number,
    left: number | undefined,
    what: string,
  ): void {
    const { says, mend } = tokenFaults[fault];
    const why = fault === 'token-expired' && left !== undefined ? `${says}, by ${-left} s` : says;
    this.#log?.error({ site, failed, cause: fault, side: 'owner', why, mend }, what);
  }

  #of({ domain, own }: Issuer): IssuerHealth {
    const key = `${domain} ${own ? 'own' : 'gateway'}`;
    const never = Number.NEGATIVE_INFINITY;
    const health = this.#issuers.get(key) ?? {
      ...{ goodAt: never, failed: 0, warnedAt: never },
      ...{ byIssuer: 0, hourStart: never, warnedFor: never },
    };
    this.#issuers.set(key, health);
    return health;
  }
}
