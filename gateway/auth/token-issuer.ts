// Whether a page gets a token now: for somebody whom it may call, as long as visitors have not taken too much, and where it
// is asked to, once it has worked for it. Who is refused hears no more than when to try again; the log hears why.

import type { Live } from '../config/live.ts';
import type { Config } from '../config/schema.ts';
import type { Log } from '../observe/log.ts';
import { redactUri } from '../observe/uri-redaction.ts';
import type { Authorization } from './authorization.ts';
import type { Called } from './quotas.ts';

export type TokenAnswer =
  | { readonly token: string; readonly seconds: number }
  /** There is something to be done for it first. */
  | { readonly challenge: object }
  /** There were too many calls already. */
  | { readonly status: 429 | 503; readonly retrySeconds: number };

export interface TokenRequest {
  /** As the page names them. */
  readonly to: string;
  /** Whom such a page may call by that name; undefined when it is nobody. */
  readonly destination: Called | undefined;
  readonly origin: string;
  readonly address: string;
  /** Work that was done for it. */
  readonly proofOfWork: string | null;
}

export class TokenIssuer {
  readonly #entrance: Authorization;
  readonly #config: Live<Config>;
  readonly #log: Log;

  constructor(entrance: Authorization, config: Live<Config>, log: Log) {
    this.#entrance = entrance;
    this.#config = config;
    this.#log = log;
  }

  /** Undefined for whoever may not call them, or gets no token here. */
  async give(wish: TokenRequest): Promise<TokenAnswer | undefined> {
    const { to, destination, origin, address } = wish;
    const { tokens, quotas } = this.#entrance;
    const excess = destination && quotas.refusal(address, destination);
    if (excess) {
      const { scope, bound, retrySeconds } = excess;
      this.#log.info({ address, limit: `${scope}.${bound}`, origin }, 'no token was given');
      return { retrySeconds, status: scope === 'perAddress' ? 429 : 503 };
    }
    const challenge = destination && (await this.#workFor(destination, wish));
    if (challenge) return { challenge };
    const token = destination && (await tokens.mint(destination.domain, destination.user, origin));
    if (token !== undefined) return { token, seconds: this.#config.current.tokens.lifetimeSeconds };
    this.#log.info({ address, to: redactUri(to), origin }, 'no token was given');
    return undefined;
  }

  /** What is to be done first; undefined when nothing is, or it has been. */
  async #workFor({ user, domain }: Called, { origin, address, proofOfWork: done }: TokenRequest) {
    const { quotas, proofOfWork } = this.#entrance;
    const { proofOfWork: when } = this.#config.current.tokens;
    if (when === 'never' || (when === 'adaptive' && !quotas.callsOften(address))) return undefined;
    const purpose = `${origin} ${user}@${domain}`;
    if (done !== null && (await proofOfWork.isDone(done, purpose))) return undefined;
    return await proofOfWork.ask(purpose);
  }
}
