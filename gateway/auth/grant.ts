// A grant replaces a used token: it permits one call and, while that call is up, the way back to it over another
// WebSocket. Grants live in memory only, like the call.

import { randomBytes, randomUUID } from 'node:crypto';
import type { Claims } from './token.ts';

export class Grant {
  readonly id = randomUUID();
  readonly domain: string;
  readonly user: string;
  readonly origin: string;
  /** Longest duration of the call. */
  readonly seconds: number;
  /** A secret of the page and the gateway: the page presents it to resume its call. */
  readonly resumeKey = randomBytes(18).toString('base64url');
  readonly #forget: (grant: Grant) => void;
  #state: 'unused' | 'calling' | 'over' = 'unused';

  constructor({ domain, user, origin, seconds }: Omit<Claims, 'issuer'>, forget: (grant: Grant) => void) {
    this.domain = domain;
    this.user = user;
    this.origin = origin;
    this.seconds = seconds;
    this.#forget = forget;
  }

  get calling(): boolean {
    return this.#state === 'calling';
  }

  /** Its call has ended, or it will never make one. */
  get over(): boolean {
    return this.#state === 'over';
  }

  /** Whether it permits a call to this person and is unused. */
  isFor({ domain, user }: { readonly domain: string; readonly user: string }): boolean {
    return this.#state === 'unused' && domain === this.domain && user === this.user;
  }

  /** The call begins. A second call cannot begin while the quotas of the first are checked. */
  begin(): void {
    this.#state = 'calling';
  }

  /** The gateway had no room for the call: it may be made once more. */
  withdraw(): void {
    this.#state = 'unused';
  }

  /** The call has ended, or there will be none. */
  end(): void {
    this.#state = 'over';
    this.#forget(this);
  }
}

/** The grants that can still be used: at most one for each visitor and each call. */
export class Grants {
  readonly #byResumeKey = new Map<string, Grant>();

  get size(): number {
    return this.#byResumeKey.size;
  }

  issue(claims: Omit<Claims, 'issuer'>): Grant {
    const grant = new Grant(claims, ({ resumeKey }) => this.#byResumeKey.delete(resumeKey));
    this.#byResumeKey.set(grant.resumeKey, grant);
    return grant;
  }

  /** The grant of a running call, for a page of the same origin. */
  resume(resumeKey: string, origin: string): Grant | undefined {
    const grant = this.#byResumeKey.get(resumeKey);
    return grant?.calling && grant.origin === origin ? grant : undefined;
  }

  /** The visitor has left: a grant that was not used for a call is removed. */
  release(grant: Grant | undefined): void {
    if (grant && !grant.calling) grant.end();
  }
}
