// The o= lines in the SDP that each leg of a call receives.

import { randomInt } from 'node:crypto';
import type { Leg } from '../relay.ts';
import type { SdpOrigin } from './write.ts';

export class SdpOrigins {
  readonly #last: Record<Leg, { readonly id: number; version: number; body: string }> = {
    browser: { id: randomInt(1, 2 ** 31), version: 0, body: '' },
    pbx: { id: randomInt(1, 2 ** 31), version: 0, body: '' },
  };

  /** RFC 3264 8: the version goes up by one when, and only when, the description changes. */
  write(to: Leg, describe: (origin: SdpOrigin) => string): string {
    const last = this.#last[to];
    const body = describe({ id: last.id, version: 0 });
    if (body !== last.body) {
      last.version++;
      last.body = body;
    }
    return describe(last);
  }
}
