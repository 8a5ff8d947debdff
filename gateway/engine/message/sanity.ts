// Checks whether a parsed message is valid (RFC 3261 8.1.1, 8.2.2; the list of Kamailio's sanity module). Stateless:
// checks that need transactions or dialogs are elsewhere. So is Max-Forwards 0, with which only a proxy must refuse
// (RFC 4475 3.3.11).

import { type NameAddress, parseAddress, tagOf } from './address.ts';
import { parseCSeq } from './cseq.ts';
import { parseDecimal } from './grammar.ts';
import type { Headers, SipMessage, SipRequest, SipResponse } from './message.ts';
import { isKnownMethod } from './methods.ts';
import { parseUri } from './uri.ts';
import { parseVia } from './via.ts';

export interface Malformed {
  readonly status: number;
  readonly reason: string;
}

const MAX_EXPIRES = 2 ** 32 - 1;

/**
 * Limit of values that name a peer, a call or a dialog, in characters. No standard sets a limit; real values are far
 * shorter.
 */
const LONGEST_URI = 1_024;
const LONGEST_IDENTIFIER = 512;

/** The reason to refuse this request before any other processing. Undefined if it is valid. */
export function checkRequest(request: SipRequest): Malformed | undefined {
  const problem =
    checkCommon(request) ?? checkFromTag(request.headers.get('From')!) ?? checkNumbers(request.headers);
  if (problem !== undefined) return { status: 400, reason: problem };
  if (parseCSeq(request.headers.get('CSeq')!)?.method !== request.method) return mismatch(request.method);
  const uri = checkRequestUri(request.uri);
  if (uri !== undefined) return uri;
  const contact = checkContact(request);
  return contact === undefined ? undefined : { status: 400, reason: contact };
}

/** The reason to drop this response. Undefined if it is valid. A response is never answered. */
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
  if (callId === '' || callId.length > LONGEST_IDENTIFIER || /\s/.test(callId)) return 'Bad Call-ID';
  const cseqValue = headers.get('CSeq');
  if (cseqValue === undefined) return 'Missing CSeq';
  if (parseCSeq(cseqValue) === undefined) return 'Bad CSeq';
  return checkAddress(headers, 'From') ?? checkAddress(headers, 'To');
}

function checkAddress(headers: Headers, name: 'From' | 'To'): string | undefined {
  const value = headers.get(name);
  if (value === undefined) return `Missing ${name}`;
  const address = parseAddress(value);
  if (address === undefined || isTooLong(address)) return `Bad ${name}`;
  if (/^sips?:/i.test(address.uri) && parseUri(address.uri) === undefined) return `Bad ${name}`;
  return undefined;
}

function isTooLong({ uri, params }: NameAddress): boolean {
  return uri.length > LONGEST_URI || (params.get('tag')?.length ?? 0) > LONGEST_IDENTIFIER;
}

/**
 * RFC 3261 12.1.1: a UAS "MUST be prepared to receive a request without a tag in the From field", as RFC 2543
 * had them; the tag is then null. A tag without a value is neither.
 */
function checkFromTag(from: string): string | undefined {
  const isBad = tagOf(from) === undefined && parseAddress(from)?.params.has('tag') === true;
  return isBad ? 'Bad From Tag' : undefined;
}

/** RFC 3261 8.1.1.5: "The method MUST match that of the request." RFC 4475 3.1.2.18 gives 501 for an unknown method. */
function mismatch(method: string): Malformed {
  return isKnownMethod(method)
    ? { status: 400, reason: 'CSeq Method Does Not Match' }
    : { status: 501, reason: 'Not Implemented' };
}

function checkNumbers(headers: Headers): string | undefined {
  // RFC 3261 20.22 allows 0 to 255. A missing Max-Forwards is accepted: it comes from an RFC 2543 peer.
  if (isBadDecimal(headers.get('Max-Forwards'), 255)) return 'Bad Max-Forwards';
  if (isBadDecimal(headers.get('Expires'), MAX_EXPIRES)) return 'Bad Expires';
  return undefined;
}

function isBadDecimal(value: string | undefined, max: number): boolean {
  return value !== undefined && parseDecimal(value, max) === undefined;
}

function checkRequestUri(text: string): Malformed | undefined {
  if (!/^sips?:/i.test(text)) return { status: 416, reason: 'Unsupported URI Scheme' };
  if (text.length > LONGEST_URI) return { status: 414, reason: 'Request-URI Too Long' };
  const uri = parseUri(text);
  // RFC 3261 19.1.1 table 1: headers and a method are not allowed in a Request-URI.
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
    // RFC 2543 6.13 made Contact optional and used From instead. Such callers have no From tag.
    if (contacts.length === 0 && tagOf(request.headers.get('From')!) !== undefined) return 'Missing Contact';
    if (contacts.length > 1) return 'Multiple Contact Headers';
  }
  return contacts.every(isContact) ? undefined : 'Bad Contact';
}

function isContact(value: string): boolean {
  const address = parseAddress(value);
  return address !== undefined && !isTooLong(address);
}
