// Tokens of entry: JWTs (RFC 7519) that let one page make one call to one person, for a while. Minted here for pages that
// may call, or by a site's own server with a key that its configuration names. Which were used, used-tokens.ts knows.
//
// Claims: `to` (director@mysite.ru), `origin` (of the page), `seconds` (longest call), `jti`, `exp`.

import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { decodeProtectedHeader } from 'jose/decode/protected_header';
import { JWTClaimValidationFailed, JWTExpired } from 'jose/errors';
import { decodeJwt } from 'jose/jwt/decode';
import { SignJWT } from 'jose/jwt/sign';
import { jwtVerify } from 'jose/jwt/verify';
import { asciiAddress } from '../config/host-name.ts';
import type { Live } from '../config/live.ts';
import { canonicalOrigin } from '../config/origin.ts';
import type { Config, Site } from '../config/schema.ts';
import { LONGEST_TOKEN_SECONDS, type OwnTokens } from '../config/tokens.ts';
import { directoryOf } from '../directory/directory.ts';
import type { TokenFault } from './token-fault.ts';
import type { Issuer } from './token-health.ts';

export interface Claims {
  readonly domain: string;
  readonly user: string;
  readonly origin: string;
  /** Longest call. */
  readonly seconds: number;
  readonly issuer: Issuer;
  /** Of the token, among those of its issuer. */
  readonly id: string;
  /** Until when it is good, clocks that differ included; milliseconds since 1970. */
  readonly until: number;
}

/** How far the clocks of those who mint may be from ours. */
const SKEW_SECONDS = 60;
const ISSUER = 'sip-call';
const LONGEST = 2048;

export class Tokens {
  readonly #config: Live<Config>;
  readonly #key: KeyObject;
  /** Names the key, so that a token of another gateway is known for one. */
  readonly #keyId: string;
  readonly #now: () => number;

  /** `now` in milliseconds since 1970. */
  constructor(config: Live<Config>, now: () => number = Date.now) {
    const { secret } = config.current.tokens;
    this.#config = config;
    const bytes = secret === undefined ? randomBytes(32) : Buffer.from(secret);
    this.#key = createSecretKey(bytes);
    this.#keyId = createHmac('sha256', bytes).update('sip-call key id').digest('base64url').slice(0, 12);
    this.#now = now;
  }

  /** For pages that may call, which the caller knows; undefined where the site mints its own. */
  async mint(domain: string, user: string, origin: string): Promise<string | undefined> {
    if (this.#ownOf(domain)?.required) return undefined;
    const now = Math.floor(this.#now() / 1000);
    return await new SignJWT({ to: `${user}@${domain}`, origin, seconds: this.#longestCall })
      .setProtectedHeader({ alg: 'HS256', kid: this.#keyId })
      .setIssuer(ISSUER)
      .setJti(randomBytes(12).toString('base64url'))
      .setExpirationTime(now + this.#config.current.tokens.lifetimeSeconds)
      .sign(this.#key);
  }

  /** The site that a token names and who has signed it, unproved; undefined where it names none. */
  claimed(token: string | undefined): Issuer | undefined {
    try {
      const { iss, to } = decodeJwt(token ?? '');
      const [, domain] = addressed(to);
      // The gateway names its key in each of its tokens; a server of the site may take its name for itself.
      const isOurs = iss === ISSUER && isKeyId(decodeProtectedHeader(token ?? '').kid);
      return domain === undefined ? undefined : { domain, own: this.#isOwn(domain, isOurs) };
    } catch {
      return undefined;
    }
  }

  /** Whether the site's own server signs such tokens; where it has no key, the gateway signs all. */
  #isOwn(domain: string, isOurs: boolean): boolean {
    const own = this.#ownOf(domain);
    return own !== undefined && (own.required === true || !isOurs);
  }

  /** What a token says when it is to be believed from a page of `origin`. */
  async read(token: string | undefined, origin: string): Promise<Claims | TokenFault> {
    if (token === undefined) return 'no-token';
    if (token.length > LONGEST) return 'bad-token';
    try {
      const said = decodeJwt(token);
      const [user = '', domain = ''] = addressed(said.to);
      const isOurs = said.iss === ISSUER;
      if (isOurs && this.#isOfAnother(token)) return 'token-of-another-gateway';
      const payload = await this.#verified(token, isOurs ? undefined : domain);
      if (canonicalOrigin(String(payload.origin)) !== origin) return 'token-of-another-page';
      return this.#claims(payload, domain, user);
    } catch (error) {
      if (error instanceof JWTExpired) return 'token-expired';
      if (!(error instanceof JWTClaimValidationFailed)) return 'bad-token';
      return error.claim === 'nbf' ? 'token-not-yet-valid' : 'token-incomplete';
    }
  }

  /** Seconds from now until it expires, as it says itself; undefined where it does not. */
  secondsLeft(token: string | undefined): number | undefined {
    try {
      const { exp } = decodeJwt(token ?? '');
      return exp === undefined ? undefined : Math.round(exp - this.#now() / 1000);
    } catch {
      return undefined;
    }
  }

  #isOfAnother(token: string): boolean {
    const { kid } = decodeProtectedHeader(token);
    return isKeyId(kid) && kid !== this.#keyId;
  }

  /** @throws when it was not signed by whom it must be, or its time is not now. */
  async #verified(token: string, domain: string | undefined): Promise<JWTPayload> {
    const times = {
      currentDate: new Date(this.#now()),
      clockTolerance: SKEW_SECONDS,
      requiredClaims: ['exp', 'jti'],
    };
    const { key, algorithms } = this.#issuer(domain);
    return (await jwtVerify(token, key, { ...times, algorithms: [...algorithms] })).payload;
  }

  /** Which algorithms a key is for, the key says, never the token (RFC 8725 3.1). */
  #issuer(domain: string | undefined): { key: KeyObject; algorithms: readonly string[] } {
    if (domain === undefined) return { key: this.#key, algorithms: ['HS256'] };
    const { publicKey, secret } = this.#ownOf(domain) ?? {};
    if (publicKey) return publicKey;
    if (secret === undefined) throw new Error('nobody mints tokens of their own there');
    return { key: createSecretKey(Buffer.from(secret)), algorithms: ['HS256'] };
  }

  #claims(
    { exp = 0, jti = '', iss, seconds, origin }: JWTPayload,
    domain: string,
    user: string,
  ): Claims | TokenFault {
    const site = this.#site(domain);
    const own = iss !== ISSUER;
    if (!site || (!own && this.#ownOf(domain)?.required)) return 'bad-token';
    if (exp * 1000 > this.#now() + (LONGEST_TOKEN_SECONDS + SKEW_SECONDS) * 1000) return 'token-too-long';
    if (typeof jti !== 'string' || jti.length === 0 || jti.length > 128) return 'token-incomplete';
    const asked = seconds ?? this.#longestCall;
    if (typeof asked !== 'number' || !(asked > 0)) return 'token-incomplete';
    return {
      domain,
      user,
      origin: canonicalOrigin(String(origin)),
      seconds: Math.min(asked, this.#longestCall),
      issuer: { domain, own },
      // A site's own server must not be able to use up another's.
      id: own ? `${domain} ${jti}` : jti,
      until: (exp + SKEW_SECONDS) * 1000,
    };
  }

  get #longestCall(): number {
    return this.#config.current.limits.callMinutes * 60;
  }

  #ownOf(domain: string): OwnTokens | undefined {
    return this.#site(domain)?.tokens || undefined;
  }

  #site(domain: string): Site | undefined {
    return directoryOf(this.#config.current).site(domain);
  }
}

function isKeyId(kid: string | undefined): boolean {
  return typeof kid === 'string' && /^[\w-]{12}$/.test(kid);
}

/** User and domain of the claim `to`, as the configuration writes them. */
function addressed(to: unknown): string[] {
  return asciiAddress(String(to)).toLowerCase().split('@');
}
