// Answers without a transaction (RFC 3261 8.2.7): sent once, with no 100 before them, and nothing is kept. Over UDP they
// may go to a host that sent nothing, so they are not much larger than the request.

import { createHash } from 'node:crypto';
import { createResponse } from '../message/compose.ts';
import type { SipRequest } from '../message/message.ts';
import { serialize } from '../message/serialize.ts';

export interface StatelessAnswer {
  readonly status: number;
  readonly reason?: string | undefined;
  readonly fields?: readonly (readonly [name: string, value: string])[];
}

/** How much larger than the request an answer may be over UDP. */
const maxGrowth = 1.2;

/**
 * The answer as bytes; over UDP without its fields where there is no room for them, and undefined where there is no room
 * for it at all. `size` is that of the request as it came.
 */
export function composeStateless(
  request: SipRequest,
  { status, reason, fields = [] }: StatelessAnswer,
  size: number,
  reliable: boolean,
): Buffer | undefined {
  const { headers } = request;
  // "The UAS MUST generate the same tag for the same request", so it is drawn from the request.
  const seed = `${headers.get('Via')} ${headers.get('Call-ID')}`;
  const toTag = createHash('sha256').update(seed).digest('hex').slice(0, 16);
  const response = createResponse(request, status, reason, toTag);
  const bare = serialize(response);
  for (const [name, value] of fields) response.headers.append(name, value);
  if (status === 503) response.headers.append('Retry-After', '5');
  const whole = serialize(response);
  return [whole, bare].find(bytes => reliable || bytes.length <= maxGrowth * size);
}
