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
  owners: number;
  ownersSince: number;
  /** For which hour that was told. */
  ownersToldFor: number;
}

const advice = {
  own: "check that the site's server signs with the key of tokens in this file, that its clock is right, and that the claims to, origin, exp and jti are as docs/entrance.md says",
  gateway:
    'check that all gateways behind one name have the same tokens.secret, that their clocks are right, and that nothing between the page and the gateway keeps old tokens',
} as const;

/** What is to be checked where the objection itself tells. */
const causes: Readonly<Record<string, string>> = {
  'token-of-another-gateway':
    'several gateways stand behind one name and do not share a tokens.secret: write the same one into the file of each',
  'token-not-yet-valid':
    "nbf is in the future: the clock of the site's server is ahead of this machine's, or this one is behind",
  'token-too-long':
    "exp is more than 300 s from now: give tokens two minutes; or the clock of the site's server is ahead of this machine's",
  'token-incomplete':
    "the site's server leaves out exp or jti, or writes seconds that are none (docs/entrance.md)",
  'token-of-another-page':
    'origin is not that of the page which shows the token: write the origin that the browser names, with or without www',
  'token-used':
    "the same token comes again: have the site's server make another for each request, and let nothing cache its answer",
};

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

  /** `left`: seconds until the token expires, as it says. */
  failed(issuer: Issuer, objection: string, left?: number): void {
    const health = this.#of(issuer);
    health.failed++;
    const due = health.failed >= FIRST_WARNING && this.#now() - health.warnedAt >= WARN_EVERY_MS;
    if (!due || this.wasGoodLately(issuer)) return;
    health.warnedAt = this.#now();
    const { domain: site, own } = issuer;
    const check =
      objection === 'token-expired' && own && left !== undefined
        ? `they are shown ${-left} s after they expire: ${advice.own}`
        : (causes[objection] ?? (own ? advice.own : advice.gateway));
    this.#log?.error(
      { site, failed: health.failed, objection, check },
      'every token that is shown for this site fails: its visitors cannot call',
    );
  }

  /** A token failed by no fault of its visitor, whatever became of others. */
  byOwner(issuer: Issuer, objection: string): void {
    const health = this.#of(issuer);
    const now = this.#now();
    if (now - health.ownersSince >= WARN_EVERY_MS) [health.ownersSince, health.owners] = [now, 0];
    health.owners++;
    if (health.owners < FIRST_WARNING || health.ownersToldFor === health.ownersSince) return;
    // Where all of them fail, the other warning says so; one that comes again was good before.
    if (objection !== 'token-used' && !this.wasGoodLately(issuer)) return;
    health.ownersToldFor = health.ownersSince;
    this.#log?.error(
      { site: issuer.domain, failed: health.owners, objection, check: causes[objection] ?? advice.own },
      'some tokens that are shown for this site fail by no fault of its visitors',
    );
  }

  #of({ domain, own }: Issuer): Health {
    const key = `${domain} ${own ? 'own' : 'gateway'}`;
    const never = Number.NEGATIVE_INFINITY;
    const health = this.#issuers.get(key) ?? {
      ...{ goodAt: never, failed: 0, warnedAt: never },
      ...{ owners: 0, ownersSince: never, ownersToldFor: Number.NaN },
    };
    this.#issuers.set(key, health);
    return health;
  }
}
