// The response to an offer that the other leg has refused.

import type { SrfResponse } from 'drachtio-srf';

/** The other leg said no, or nothing of use. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`refused with ${status}`);
    this.status = status;
  }
}

/** What speaks of the offer crosses; a 408 or 481 would end a dialog that has nothing wrong (RFC 3261 12.2.1.2). */
export function refuse(response: SrfResponse, status: number): void {
  if (status === 491) response.send(491);
  else if (status < 300 || status === 488 || status === 606) response.send(488);
  else response.send(500, { headers: { 'Retry-After': '5' } });
}
