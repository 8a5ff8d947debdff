// Whether a message that parsed also makes sense (RFC 3261 8.1.1, 8.2.2, 16.3; the list of
// Kamailio's sanity module). Stateless: what needs transactions or dialogs is checked above.

import { parseAddress, tagOf } from './address.ts';
import { parseCSeq } from './cseq.ts';
import { parseDecimal } from './grammar.ts';
import type { Headers, SipMessage, SipRequest, SipResponse } from './message.ts';
import { parseUri } from './uri.ts';
import { parseVia } from './via.ts';

export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

const MAX_EXPIRES = 2 ** 32 - 1;

/** Why this request must be refused before anybody looks at what it wants; undefined when it may pass. */
export function checkRequest(request: SipRequest): Refusal | undefined {
  const problem = checkCommon(request) ?? checkNumbers(request.headers);
  if (problem !== undefined) return { status: 400, reason: problem };
  if (tagOf(request.headers.get('From')!) === undefined) return { status: 400, reason: 'Missing From Tag' };
  const uri = checkRequestUri(request.uri);
  if (uri !== undefined) return uri;
  const contact = checkContact(request);
  if (contact !== undefined) return { status: 400, reason: contact };
  // RFC 3261 16.3: a request that has used up its hops is refused, whoever it was for.
  if (parseDecimal(request.headers.get('Max-Forwards') ?? '70', 255) === 0) {
    return { status: 483, reason: 'Too Many Hops' };
  }
  return undefined;
}

/** Why this response must be dropped; undefined when it may pass. Nobody answers a response. */
export function checkResponse(response: SipResponse): string | undefined {
  return checkCommon(response);
}

function checkCommon(message: SipMessage): string | undefined {
  const headers = message.headers;
  const via = headers.get('Via');
  if (via === undefined) return 'Missing Via';
  if (parseVia(via) === undefined) return 'Bad Via';
  const callId = headers.get('Call-ID');
  if (callId === undefined) return 'Missing Call-ID';
  if (callId === '' || /\s/.test(callId)) return 'Bad Call-ID';
  const cseqValue = headers.get('CSeq');
  if (cseqValue === undefined) return 'Missing CSeq';
  const cseq = parseCSeq(cseqValue);
  if (cseq === undefined) return 'Bad CSeq';
  // RFC 3261 8.1.1.5: "The method MUST match that of the request."
  if (message.kind === 'request' && cseq.method !== message.method) return 'CSeq Method Does Not Match';
  return checkAddress(headers, 'From') ?? checkAddress(headers, 'To');
}

function checkAddress(headers: Headers, name: 'From' | 'To'): string | undefined {
  const value = headers.get(name);
  if (value === undefined) return `Missing ${name}`;
  const address = parseAddress(value);
  if (address === undefined) return `Bad ${name}`;
  if (/^sips?:/i.test(address.uri) && parseUri(address.uri) === undefined) return `Bad ${name}`;
  return undefined;
}

function checkNumbers(headers: Headers): string | undefined {
  // RFC 3261 20.22 allows 0 to 255; a missing Max-Forwards is an RFC 2543 peer and forgiven.
  if (isBadDecimal(headers.get('Max-Forwards'), 255)) return 'Bad Max-Forwards';
  if (isBadDecimal(headers.get('Expires'), MAX_EXPIRES)) return 'Bad Expires';
  return undefined;
}

function isBadDecimal(value: string | undefined, max: number): boolean {
  return value !== undefined && parseDecimal(value, max) === undefined;
}

function checkRequestUri(text: string): Refusal | undefined {
  if (!/^sips?:/i.test(text)) return { status: 416, reason: 'Unsupported URI Scheme' };
  const uri = parseUri(text);
  // RFC 3261 19.1.1 table 1: neither headers nor a method belong in a Request-URI.
  if (uri === undefined || uri.headers.size > 0) return { status: 400, reason: 'Bad Request-URI' };
  return undefined;
}

/** RFC 3261 8.1.1.8: "The Contact header field MUST be present and contain exactly one SIP or SIPS URI" when a dialog may follow. */
function checkContact(request: SipRequest): string | undefined {
  const contacts = request.headers.all('Contact');
  if (request.method === 'REGISTER') {
    return contacts.every(contact => contact === '*' || isContact(contact)) ? undefined : 'Bad Contact';
  }
  if (request.method === 'INVITE' || request.method === 'SUBSCRIBE' || request.method === 'REFER') {
    if (contacts.length === 0) return 'Missing Contact';
    if (contacts.length > 1) return 'Multiple Contact Headers';
  }
  return contacts.every(isContact) ? undefined : 'Bad Contact';
}

function isContact(value: string): boolean {
  return parseAddress(value) !== undefined;
}
