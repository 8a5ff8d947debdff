// What a token was exchanged for: the right to make one call, and while that call is up, to come back to it by another
// WebSocket. Lives in memory only, as the call does.

import { randomBytes } from 'node:crypto';
import type { Claims } from './token.ts';

export class Grant {
  readonly domain: string;
  readonly user: string;
  readonly origin: string;
  /** Longest call. */
  readonly seconds: number;
  /** What a page presents to come back; a secret between it and the gateway. */
  readonly way = randomBytes(18).toString('base64url');
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

  /** There was its call, or there will be none. */
  get over(): boolean {
    return this.#state === 'over';
  }

  /** Whether it is for a call to this person, and unused. */
  isFor({ domain, user }: { readonly domain: string; readonly user: string }): boolean {
    return this.#state === 'unused' && domain === this.domain && user === this.user;
  }

  /** The call begins. */
  begin(): void {
    this.#state = 'calling';
  }

  /** There is no call any more, or there will be none. */
  end(): void {
    this.#state = 'over';
    this.#forget(this);
  }
}

/** Those that were given and are of use yet: at most one for each visitor and each call. */
export class Grants {
  readonly #byWay = new Map<string, Grant>();

  get size(): number {
    return this.#byWay.size;
  }

  give(claims: Omit<Claims, 'issuer'>): Grant {
    const grant = new Grant(claims, ({ way }) => this.#byWay.delete(way));
    this.#byWay.set(grant.way, grant);
    return grant;
  }

  /** The grant of a call that is up, for a page of the same origin. */
  returning(way: string, origin: string): Grant | undefined {
    const grant = this.#byWay.get(way);
    return grant?.calling && grant.origin === origin ? grant : undefined;
  }

  /** Whoever has not called by now will not. */
  left(grant: Grant | undefined): void {
    if (grant && !grant.calling) grant.end();
  }
}
