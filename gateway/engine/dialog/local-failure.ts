// The response that the engine itself makes when a peer is silent or unreachable. A Reason header (RFC 3326) gives the
// cause: an error code, then a text. A peer's response has this form only together with a source address.

import { createResponse } from '../message/compose.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import type { Flow } from '../transport/transport.ts';
import { TransportError } from '../transport/transport-error.ts';

/** Limit of the text: a certificate may list a hundred names. */
const LONGEST = 400;

/** 408: no answer in time. 503: the request could not be delivered. */
export function localFailure(request: SipRequest, status: 408 | 503, error?: Error): SipResponse {
  const response = createResponse(request, status);
  if (error === undefined) return response;
  const shown = error.cause instanceof Error ? error.cause : error;
  const text = `${codeOf(shown)} ${shown.message}`.replace(/[^\x20-\x7e]/g, ' ').replace(/["\\]/g, "'");
  response.headers.append('Reason', `SIP;cause=${status};text="${text.slice(0, LONGEST)}"`);
  return response;
}

/** The code of the operating system, of OpenSSL or of this engine. Some errors have none. */
function codeOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  return /^\w{1,64}$/.test(code) ? code : 'EFAILED';
}

/** The reason why the peer's last message on this flow was not usable, if there is one. */
export function unreadable(flow: Flow | undefined): Error | undefined {
  const failure = flow?.unreadable;
  return failure === undefined ? undefined : new TransportError('EUNREADABLE', failure);
}
