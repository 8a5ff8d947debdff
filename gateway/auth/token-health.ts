// Whether the tokens of a site are good at all. While every token that is shown for it fails, the mistake is its
// owner's: a wrong secret, a wrong clock, gateways that do not share theirs. Then no visitor has committed an offence,
// and the owner is warned. Nothing is given away by that: a site whose tokens all fail has nothing to guess.
// Where only some fail in a way that no visitor can have caused, the owner is warned too.

import type { Log } from '../observe/log.ts';
import { type TokenFault, tokenFaults } from './token-fault.ts';

/** How long one good token shows that others could be good; as long as fail2ban counts. */
const LATELY_MS = 10 * 60_000;
/** Failures in a row before the owner is warned, and how long until the next warning. */
const FIRST_WARNING = 5;
const WARN_EVERY_MS = 60 * 60_000;

const ALL_FAIL = 'every token that is shown for this site fails: its visitors cannot call';
const SOME_FAIL = 'some tokens that are shown for this site fail: some of its visitors cannot call';

/** Who signs the tokens: the gateway, or the site's own server. */
export interface Issuer {
  readonly domain: string;
  readonly own: boolean;
}

export interface Failed {
  /** No visitor can have caused it. */
  readonly byIssuer?: boolean;
  /** Seconds until the token expires, as it says. */
  readonly left?: number | undefined;
}

interface Health {
  goodAt: number;
  /** In a row. */
  failed: number;
  warnedAt: number;
  /** By their issuer, since the hour began. */
  byIssuer: number;
  hourBegan: number;
  /** The hour for which that was said. */
  saidFor: number;
}

export class TokenHealth {
  readonly #log: Log | undefined;
  readonly #now: () => number;
  /** As many as the configuration has sites, twice. */
  readonly #issuers = new Map<string, Health>();

  /** `now` in milliseconds on a clock that never jumps. */
  constructor(log?: Log, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  good(issuer: Issuer): void {
    const health = this.#of(issuer);
    health.goodAt = this.#now();
    health.failed = 0;
  }

  /** Whether there was a good one lately, so that one that failed is an offence. */
  wasGoodLately(issuer: Issuer): boolean {
    return this.#now() - this.#of(issuer).goodAt < LATELY_MS;
  }

  failed(issuer: Issuer, doubt: TokenFault, { byIssuer = false, left }: Failed = {}): void {
    const health = this.#of(issuer);
    const now = this.#now();
    health.failed++;
    if (now - health.hourBegan >= WARN_EVERY_MS) [health.hourBegan, health.byIssuer] = [now, 0];
    if (byIssuer) health.byIssuer++;
    if (this.wasGoodLately(issuer)) {
      if (!byIssuer || health.byIssuer < FIRST_WARNING || health.saidFor === health.hourBegan) return;
      health.saidFor = health.hourBegan;
      this.#warn(issuer, doubt, health.byIssuer, left, SOME_FAIL);
    } else if (health.failed >= FIRST_WARNING && now - health.warnedAt >= WARN_EVERY_MS) {
      health.warnedAt = now;
      this.#warn(issuer, doubt, health.failed, left, ALL_FAIL);
    }
  }

  #warn(
    { domain: site }: Issuer,
    doubt: TokenFault,
    failed: number,
    left: number | undefined,
    what: string,
  ): void {
    const { says, mend } = tokenFaults[doubt];
    const why = doubt === 'token-expired' && left !== undefined ? `${says}, by ${-left} s` : says;
    this.#log?.error({ site, failed, cause: doubt, side: 'owner', why, mend }, what);
  }

  #of({ domain, own }: Issuer): Health {
    const key = `${domain} ${own ? 'own' : 'gateway'}`;
    const never = Number.NEGATIVE_INFINITY;
    const health = this.#issuers.get(key) ?? {
      ...{ goodAt: never, failed: 0, warnedAt: never },
      ...{ byIssuer: 0, hourBegan: never, saidFor: never },
    };
    this.#issuers.set(key, health);
    return health;
  }
}
