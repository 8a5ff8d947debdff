// Issues tokens: for a callee that the page may call, while the quotas allow a call, and after a proof of work where it is
// required. A refused page gets only the time of the next try; the log gets the reason.

import type { Challenge } from 'altcha-lib';
import type { TokenAnswer, TokenRefusal } from '../../contract/http.ts';
import type { Live } from '../config/live.ts';
import type { Config } from '../config/schema.ts';
import type { Log } from '../observe/log.ts';
import { redactUri } from '../observe/uri-redaction.ts';
import type { Authorization } from './authorization.ts';
import type { Callee } from './quotas.ts';
import { STORE_RETRY_SECONDS } from './store-failures.ts';

/** The answer to the page, or the refusal when a quota is used up or a store fails. */
export type IssueResult =
  | TokenAnswer
  | { readonly status: Exclude<TokenRefusal, 403>; readonly retrySeconds: number };

export interface TokenRequest {
  /** The callee, as the page names it. */
  readonly to: string;
  /** The callee that the page may call by that name; undefined when there is none. */
  readonly destination: Callee | undefined;
  readonly origin: string;
  readonly address: string;
  /** The solution of a challenge. */
  readonly proofOfWork: string | null;
}

export class TokenIssuer {
  readonly #authorization: Authorization;
  readonly #config: Live<Config>;
  readonly #log: Log;

  constructor(authorization: Authorization, config: Live<Config>, log: Log) {
    this.#authorization = authorization;
    this.#config = config;
    this.#log = log;
  }

  /** Undefined when the page may not call the callee, or when the site's own server issues the tokens. */
  async issue(request: TokenRequest): Promise<IssueResult | undefined> {
    const { to, destination, origin, address } = request;
    const { tokens, quotas } = this.#authorization;
    const refusal = destination && (await quotas.refusal(address, destination));
    if (refusal) {
      const { status, limit, retrySeconds } = refusal;
      this.#log.info({ address, limit, origin }, 'no token issued');
      return { status, retrySeconds };
    }
    const challenge = destination && (await this.#challengeFor(destination, request));
    if (challenge === 'store-unavailable') return { status: 503, retrySeconds: STORE_RETRY_SECONDS };
    if (challenge) return { challenge };
    const token = destination && (await tokens.sign(destination.domain, destination.user, origin));
    if (token !== undefined) return { token, seconds: this.#config.current.tokens.lifetimeSeconds };
    this.#log.info({ address, to: redactUri(to), origin }, 'no token issued');
    return undefined;
  }

  /** The challenge to solve first; undefined when none is required, or when the page has solved it. */
  async #challengeFor(
    { user, domain }: Callee,
    { origin, address, proofOfWork: solution }: TokenRequest,
  ): Promise<Challenge | 'store-unavailable' | undefined> {
    const { quotas, proofOfWork, storeFailures } = this.#authorization;
    const { proofOfWork: when } = this.#config.current.tokens;
    if (when === 'never' || (when === 'adaptive' && !(await quotas.callsOften(address)))) return undefined;
    const purpose = `${origin} ${user}@${domain}`;
    try {
      if (solution !== null && (await proofOfWork.isSolved(solution, purpose))) return undefined;
    } catch (error) {
      storeFailures.note('tokens', error);
      return 'store-unavailable';
    }
    return await proofOfWork.challenge(purpose);
  }
}
