// Answers without a transaction (RFC 3261 8.2.7): sent once, with no 100 and no stored state. Over UDP the source may
// be forged, so the answer is not much larger than the request.

import { createHash } from 'node:crypto';
import { createResponse } from '../message/compose.ts';
import type { SipRequest } from '../message/message.ts';
import { serialize } from '../message/serialize.ts';

export interface StatelessAnswer {
  readonly status: number;
  readonly reason?: string | undefined;
  readonly fields?: readonly (readonly [name: string, value: string])[];
}

/** The largest answer over UDP, relative to the request. */
const maxGrowth = 1.2;

/**
 * The answer as bytes. Over UDP its fields are left out if it would be too large, and the result is undefined if it is
 * still too large. `size` is the size of the received request.
 */
export function composeStateless(
  request: SipRequest,
  { status, reason, fields = [] }: StatelessAnswer,
  size: number,
  reliable: boolean,
): Buffer | undefined {
  const { headers } = request;
  // "The UAS MUST generate the same tag for the same request", so the tag is derived from the request.
  const seed = `${headers.get('Via')} ${headers.get('Call-ID')}`;
  const toTag = createHash('sha256').update(seed).digest('hex').slice(0, 16);
  const response = createResponse(request, status, reason, toTag);
  const shortened = serialize(response);
  for (const [name, value] of fields) response.headers.append(name, value);
  if (status === 503) response.headers.append('Retry-After', '5');
  const complete = serialize(response);
  return [complete, shortened].find(bytes => reliable || bytes.length <= maxGrowth * size);
}
