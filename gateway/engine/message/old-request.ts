// Completes a request of RFC 2543, so that no other code depends on that RFC.

import { parseAddress } from './address.ts';
import type { SipRequest } from './message.ts';

/** RFC 2543 6.13: without Contact, requests go to the URI in From. */
export function completeOldRequest(request: SipRequest): void {
  const { method, headers } = request;
  if (method !== 'INVITE' || headers.has('Contact')) return;
  const from = parseAddress(headers.get('From') ?? '');
  if (from !== undefined) headers.append('Contact', `<${from.uri}>`);
}
