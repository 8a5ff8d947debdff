// Checks the token of the administrator's listener (RFC 6750 2.1). The comparison takes the same time for every wrong
// token, and an address that fails often has to wait.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AddressRate } from '../auth/address-rate.ts';

/** Failures of one address: 10 in a row, then one each 6 s. */
const failures = { burst: 10, everyMs: 6_000 };

export type Checked = 'accepted' | 'refused' | 'wait';

export class BearerToken {
  readonly #expected: Buffer;
  readonly #failures: AddressRate;

  /** `now`: milliseconds of a monotonic clock. */
  constructor(token: string, now?: () => number) {
    this.#expected = digest(token);
    this.#failures = new AddressRate({ ...failures, ...(now && { now }) });
  }

  check({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): Checked {
    const [, token] = /^bearer +([\x21-\x7e]+)$/i.exec(headers.authorization ?? '') ?? [];
    if (token !== undefined && timingSafeEqual(digest(token), this.#expected)) return 'accepted';
    return this.#failures.take(socket.remoteAddress ?? '') ? 'refused' : 'wait';
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
