// The response that the engine writes itself where a peer is silent or cannot be reached. A Reason header (RFC 3326) says
// why: an error code, then words. A response of a peer never has this form without a source address beside it.

import { createResponse } from '../message/compose.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import type { Flow } from '../transport/transport.ts';
import { TransportError } from '../transport/transport-error.ts';

/** Of the words; a certificate may bear a hundred names. */
const LONGEST = 400;

/** 408: no answer in time. 503: the request did not get there. */
export function localFailure(request: SipRequest, status: 408 | 503, error?: Error): SipResponse {
  const response = createResponse(request, status);
  if (error === undefined) return response;
  const told = error.cause instanceof Error ? error.cause : error;
  const words = `${codeOf(told)} ${told.message}`.replace(/[^\x20-\x7e]/g, ' ').replace(/["\\]/g, "'");
  response.headers.append('Reason', `SIP;cause=${status};text="${words.slice(0, LONGEST)}"`);
  return response;
}

/** The operating system's, OpenSSL's or our own; some errors have none. */
function codeOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  return /^\w{1,64}$/.test(code) ? code : 'EFAILED';
}

/** Why nothing was heard of a peer that did send something. */
export function unreadable(flow: Flow | undefined): Error | undefined {
  const why = flow?.unreadable;
  return why === undefined ? undefined : new TransportError('EUNREADABLE', why);
}
