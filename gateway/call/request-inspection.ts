// What a UAS looks at before it performs a request (RFC 3261 8.2.2.3, 8.2.3): extensions that it must understand, and a
// body that it must understand. Knows nothing of what the request asks for.

import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import { tagsIn } from './extensions.ts';
import { unsupportedBody } from './session-description.ts';

/** Session timers (RFC 4028) are the engine's. */
const ofAll: readonly string[] = ['timer'];
/** Within a dialog no provisional response but 100 is sent, so that none has to be reliable (RFC 3262 3). */
const ofDialogs: readonly string[] = [...ofAll, '100rel'];

/** Methods that are performed. All others are refused for themselves first (8.2.1), and a BYE ends the call anyway. */
const performed: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'INFO', 'OPTIONS']);

/** A tag that can be said again; what is no token (RFC 3261 25.1) is no extension. */
const TOKEN = /^[\w.!%*+`'~-]{1,64}$/;

type Inspected = Pick<SrfRequest, 'method' | 'body' | 'get'>;

/** Whether the request was refused: 420 for an extension, 415 for a body. */
export function refusedUnperformed(
  request: Inspected,
  response: Pick<SrfResponse, 'send'>,
  within: 'dialog' | 'none',
): boolean {
  if (!performed.has(request.method)) return false;
  const unknown = unsupportedExtensions(request, within === 'dialog' ? ofDialogs : ofAll);
  if (unknown.length > 0) {
    response.send(420, { headers: { Unsupported: unknown.join(', ') } });
    return true;
  }
  const offers = request.method === 'INVITE' || request.method === 'UPDATE';
  const headers = offers ? unsupportedBody(request) : undefined;
  if (headers) response.send(415, { headers });
  return headers !== undefined;
}

function unsupportedExtensions(request: Inspected, known: readonly string[]): string[] {
  const required = tagsIn(request.get('Require')).filter(tag => TOKEN.test(tag));
  return [...new Set(required)].filter(tag => !known.includes(tag));
}
