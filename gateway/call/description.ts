// The session description in a message: its body, or the part of it that is SDP (RFC 5621 3). Gateways to telephone
// networks send ISUP beside it.

import type { SrfRequest, SrfResponse } from 'drachtio-srf';

const SDP = /^application\/sdp\b/i;

/** The empty string when there is none. */
export function descriptionIn({ body, payload }: Pick<SrfRequest | SrfResponse, 'body' | 'payload'>): string {
  return payload?.find(({ type }) => type !== null && SDP.test(type))?.content ?? body ?? '';
}
