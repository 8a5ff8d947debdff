// Tokens: JWTs (RFC 7519) that permit one page to make one call to one person within a short time. Signed here for pages
// that may call, or by a site's own server with a key from the configuration. The used tokens are in token-ledger.ts.
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
  /** Longest duration of the call. */
  readonly seconds: number;
  readonly issuer: Issuer;
  /** Identifies the token among those of its issuer. */
  readonly id: string;
  /** When it expires, clock skew included; milliseconds since 1970. */
  readonly until: number;
}

/** The tolerated difference between the clocks of the issuer and of the gateway. */
const SKEW_SECONDS = 60;
const ISSUER = 'sip-call';
const LONGEST = 2048;

export class Tokens {
  readonly #config: Live<Config>;
  readonly #key: KeyObject;
  /** Identifies the key, so that a token of another gateway is recognized. */
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

  /** The caller has checked that the page may call. Undefined where only the site's own server signs. */
  async sign(domain: string, user: string, origin: string): Promise<string | undefined> {
    if (this.#ownOf(domain)?.required) return undefined;
    const now = Math.floor(this.#now() / 1000);
    return await new SignJWT({ to: `${user}@${domain}`, origin, seconds: this.#longestCall })
      .setProtectedHeader({ alg: 'HS256', kid: this.#keyId })
      .setIssuer(ISSUER)
      .setJti(randomBytes(12).toString('base64url'))
      .setExpirationTime(now + this.#config.current.tokens.lifetimeSeconds)
      .sign(this.#key);
  }

  /** The site and the issuer that a token claims, not verified; undefined where it names no site. */
  claimedIssuer(token: string | undefined): Issuer | undefined {
    try {
      const { iss, to } = decodeJwt(token ?? '');
      const [, domain] = addressOf(to);
      // The gateway writes its key id into each token; a server of the site may use the same issuer name.
      const isOurs = iss === ISSUER && isKeyId(decodeProtectedHeader(token ?? '').kid);
      return domain === undefined ? undefined : { domain, own: this.#isOwn(domain, isOurs) };
    } catch {
      return undefined;
    }
  }

  /** Whether the site's own server signs such tokens; for a site without a key the gateway signs all. */
  #isOwn(domain: string, isOurs: boolean): boolean {
    const own = this.#ownOf(domain);
    return own !== undefined && (own.required === true || !isOurs);
  }

  /** The claims of a token that is valid for a page of `origin`, else what is wrong with it. */
  async read(token: string | undefined, origin: string): Promise<Claims | TokenFault> {
    if (token === undefined) return 'no-token';
    if (token.length > LONGEST) return 'bad-token';
    try {
      const claimed = decodeJwt(token);
      const [user = '', domain = ''] = addressOf(claimed.to);
      const isOurs = claimed.iss === ISSUER;
      if (isOurs && this.#isOfAnotherGateway(token)) return 'token-of-another-gateway';
      const payload = await this.#verified(token, isOurs ? undefined : domain);
      if (canonicalOrigin(String(payload.origin)) !== origin) return 'token-of-another-page';
      return this.#claims(payload, domain, user);
    } catch (error) {
      if (error instanceof JWTExpired) return 'token-expired';
      if (!(error instanceof JWTClaimValidationFailed)) return 'bad-token';
      return error.claim === 'nbf' ? 'token-not-yet-valid' : 'token-incomplete';
    }
  }

  /** Seconds from now until its `exp`, not verified; undefined without `exp`. */
  secondsLeft(token: string | undefined): number | undefined {
    try {
      const { exp } = decodeJwt(token ?? '');
      return exp === undefined ? undefined : Math.round(exp - this.#now() / 1000);
    } catch {
      return undefined;
    }
  }

  #isOfAnotherGateway(token: string): boolean {
    const { kid } = decodeProtectedHeader(token);
    return isKeyId(kid) && kid !== this.#keyId;
  }

  /** @throws when the signature is not by the expected key, or the token is not valid now. */
  async #verified(token: string, domain: string | undefined): Promise<JWTPayload> {
    const times = {
      currentDate: new Date(this.#now()),
      clockTolerance: SKEW_SECONDS,
      requiredClaims: ['exp', 'jti'],
    };
    const { key, algorithms } = this.#issuer(domain);
    return (await jwtVerify(token, key, { ...times, algorithms: [...algorithms] })).payload;
  }

  /** The key determines the algorithms, never the token (RFC 8725 3.1). */
  #issuer(domain: string | undefined): { key: KeyObject; algorithms: readonly string[] } {
    if (domain === undefined) return { key: this.#key, algorithms: ['HS256'] };
    const { publicKey, secret } = this.#ownOf(domain) ?? {};
    if (publicKey) return publicKey;
    if (secret === undefined) throw new Error('this site has no key for tokens of its own server');
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
    const requested = seconds ?? this.#longestCall;
    if (typeof requested !== 'number' || !(requested > 0)) return 'token-incomplete';
    return {
      domain,
      user,
      origin: canonicalOrigin(String(origin)),
      seconds: Math.min(requested, this.#longestCall),
      issuer: { domain, own },
      // A site's own server must not be able to use up tokens of another site.
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
function addressOf(to: unknown): string[] {
  return asciiAddress(String(to)).toLowerCase().split('@');
}
