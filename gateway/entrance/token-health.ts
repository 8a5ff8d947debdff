// Whether the tokens of a site are good at all. While every token that is shown for it fails, the mistake is its
// owner's: a wrong secret, a wrong clock, gateways that do not share theirs. Then no visitor has committed an offence,
// and the owner is warned. Nothing is given away by that: a site whose tokens all fail has nothing to guess.

import type { Log } from '../observe/log.ts';

/** How long one good token shows that others could be good; as long as fail2ban counts. */
const LATELY_MS = 10 * 60_000;
/** Failures in a row before the owner is warned, and how long until the next warning. */
const FIRST_WARNING = 5;
const WARN_EVERY_MS = 60 * 60_000;

/** Who signs the tokens: the gateway, or the site's own server. */
export interface Issuer {
  readonly domain: string;
  readonly own: boolean;
}

interface Health {
  goodAt: number;
  failed: number;
  warnedAt: number;
}

const advice = {
  own: "check that the site's server signs with the key of tokens in this file, that its clock is right, and that the claims to, origin, exp and jti are as docs/entrance.md says",
  gateway:
    'check that all gateways behind one name have the same tokens.secret, that their clocks are right, and that nothing between the page and the gateway keeps old tokens',
} as const;

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

  failed(issuer: Issuer, objection: string): void {
    const health = this.#of(issuer);
    health.failed++;
    const due = health.failed >= FIRST_WARNING && this.#now() - health.warnedAt >= WARN_EVERY_MS;
    // A token that is used again was good the first time.
    if (!due || (objection !== 'token-used' && this.wasGoodLately(issuer))) return;
    health.warnedAt = this.#now();
    const { domain: site, own } = issuer;
    this.#log?.error(
      { site, failed: health.failed, objection, check: own ? advice.own : advice.gateway },
      'every token that is shown for this site fails: its visitors cannot call',
    );
  }

  #of({ domain, own }: Issuer): Health {
    const key = `${domain} ${own ? 'own' : 'gateway'}`;
    const never = Number.NEGATIVE_INFINITY;
    const health = this.#issuers.get(key) ?? { goodAt: never, failed: 0, warnedAt: never };
    this.#issuers.set(key, health);
    return health;
  }
}
