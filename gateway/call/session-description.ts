// The session description in a message, and whether its body can be taken at all (RFC 5621, RFC 3261 8.2.3).

import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import { type SessionBody, sessionBodyOf } from '../engine/message/bodies.ts';

type Message = Pick<SrfRequest | SrfResponse, 'body' | 'get'>;

/** Those that tell how a body is to be read. */
const fields = ['Content-Type', 'Content-Disposition', 'Content-Encoding', 'Content-Transfer-Encoding'];

/** The empty string when there is none. */
export function descriptionIn(message: Message): string {
  return bodyOf(message).sdp ?? '';
}

/**
 * Headers of the 415 that a request is due whose body has to be understood, and is not. A response cannot be refused:
 * of that, what is understood counts.
 */
export function unsupportedBody(request: Message): Readonly<Record<string, string>> | undefined {
  const { refused } = bodyOf(request);
  if (refused === undefined) return undefined;
  return refused === 'encoding'
    ? { 'Accept-Encoding': 'identity' }
    : { Accept: 'application/sdp, multipart/mixed, multipart/related, multipart/alternative' };
}

function bodyOf(message: Message): SessionBody {
  const headers = fields.flatMap(name => {
    const value = message.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return sessionBodyOf({ headers, body: Buffer.from(message.body ?? '') });
}
