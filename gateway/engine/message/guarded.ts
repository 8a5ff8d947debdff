// The form of a message that applications receive: plain enough for any parser. drachtio-srf reads messages with
// backtracking expressions, prints what it cannot read, and joins repeated headers. So everything that a peer chose is
// limited in length here, has no line terminators of any kind, and is written in one form only. The message on the
// wire, and the engine's own copy, stay unchanged.

import { formatAddress, type NameAddress, parseAddress } from './address.ts';
import { type ContentType, parseContentType } from './content-type.ts';
import { parseCSeq } from './cseq.ts';
import { isToken } from './grammar.ts';
import { HeaderList } from './headers.ts';
import type { HeaderField, SipMessage } from './message.ts';
import { formatMultipart, parseMultipart } from './multipart.ts';
import { reasonPhrase } from './reasons.ts';

/** Limit for all values of one name together, in characters, joined by commas as drachtio-srf joins them. */
export const LONGEST_VALUE = 2_048;
/** Limit of a reason phrase. A longer one is replaced by the standard phrase. */
export const LONGEST_REASON = 128;

/** Headers of the form `name-addr` or `addr-spec`, which drachtio-srf parses. */
const ADDRESSES: ReadonlySet<string> = new Set([
  'Contact',
  'From',
  'P-Asserted-Identity',
  'P-Preferred-Identity',
  'Path',
  'Record-Route',
  'Refer-To',
  'Referred-By',
  'Remote-Party-ID',
  'Route',
  'To',
]);

/** Left out if they cannot be read. For every other header the application at least sees that it was there. */
const NEEDED: ReadonlySet<string> = new Set(['Contact', 'CSeq', 'From', 'RSeq', 'To']);

/** Properties of every JavaScript object. A header with such a name would be joined with them. */
const INHERITED: ReadonlySet<string> = new Set(['constructor', '__proto__']);

/**
 * Line terminators of Unicode and C1 controls: some reader ends a line at each of them. The parser refuses C0 controls.
 */
const LINE_END = /[\u0080-\u009f\u2028\u2029]/g;

export function guarded(message: SipMessage): SipMessage {
  const fields: HeaderField[] = [];
  const taken = new Map<string, number>();
  for (const { name, value } of message.headers) {
    if (name === 'Content-Type' || name === 'Content-Length' || !isOrdinary(name)) continue;
    const plain = plainValue(name, value) ?? (NEEDED.has(name) ? undefined : '');
    if (plain === undefined) continue;
    const length = (taken.get(name) ?? -1) + 1 + plain.length;
    if (length > LONGEST_VALUE) continue;
    taken.set(name, length);
    fields.push({ name, value: plain });
  }
  const { type, body } = plainBody(message);
  if (type !== undefined) fields.push({ name: 'Content-Type', value: type });
  const headers = HeaderList.adopt(fields);
  if (message.kind === 'request') return { ...message, headers, body };
  return { ...message, reason: plainReason(message.status, message.reason), headers, body };
}

/** Whether the guarded form has a Contact, without which drachtio-srf makes no dialog. */
export function hasReadableContact({ headers }: SipMessage): boolean {
  return headers.all('Contact').some(value => plainValue('Contact', value) !== undefined);
}

/** drachtio-srf decodes percent signs in names: `%43all-ID` would be a second Call-ID. */
function isOrdinary(name: string): boolean {
  return !name.includes('%') && name.length <= LONGEST_REASON && !INHERITED.has(name.toLowerCase());
}

/** Undefined for a value that cannot be read or is too long. */
function plainValue(name: string, value: string): string | undefined {
  const clean = isAscii(value) ? value : value.replace(LINE_END, '\ufffd');
  if (ADDRESSES.has(name)) return plainAddress(clean) ?? (NEEDED.has(name) ? undefined : bare(clean));
  if (name === 'CSeq') {
    const cseq = parseCSeq(clean);
    return cseq && `${cseq.number} ${cseq.method}`;
  }
  if (name === 'RSeq') return /^\d{1,10}$/.test(clean) ? clean : undefined;
  return clean.length > LONGEST_VALUE ? undefined : clean;
}

const USUAL_ADDRESS = /^<[^<>\s"]+>[^<>\s"]*$/;

/** `"Name" <uri>;params`. A value that is too long loses its name first, then all parameters except the tag. */
function plainAddress(value: string): string | undefined {
  if (value === '*') return value;
  const short = value.length <= LONGEST_VALUE;
  // The usual form needs no parsing.
  if (short && USUAL_ADDRESS.test(value)) return value;
  const address = parseAddress(value);
  if (address === undefined) return undefined;
  if (short) return formatAddress(address);
  const { uri, params } = address;
  const tag = params.get('tag');
  const shorter: NameAddress[] = [
    { uri, params },
    { uri, params: new Map(tag === undefined ? [] : [['tag', tag]]) },
  ];
  return shorter.map(formatAddress).find(text => text.length <= LONGEST_VALUE);
}

/**
 * Some senders write a URI with headers and without brackets in Refer-To. Nothing in it makes a backtracking expression
 * slow.
 */
function bare(value: string): string | undefined {
  return value.length <= LONGEST_VALUE && !/[\s<>"]/.test(value) ? value : undefined;
}

function plainReason(status: number, reason: string): string {
  const usual = reason.length <= LONGEST_REASON && !/[^\x20-\x7e\u00a1-\u1fff\u2c00-\ufffd]/.test(reason);
  return usual ? reason.trim() : reasonPhrase(status);
}

const OPAQUE = 'application/octet-stream';

/** The body by its type: a multipart body is written again, any other body stays unchanged. */
function plainBody({ headers, body }: SipMessage): { type: string | undefined; body: Buffer } {
  const value = headers.get('Content-Type');
  if (value === undefined) return { type: undefined, body };
  const contentType = value.length > LONGEST_VALUE ? undefined : parseContentType(value);
  if (contentType === undefined || contentType.type.length > LONGEST_REASON) return { type: OPAQUE, body };
  if (!contentType.type.includes('multipart/')) return { type: plainType(contentType), body };
  const boundary = contentType.params.get('boundary') ?? '';
  const parts = contentType.type.startsWith('multipart/') ? parseMultipart(body, boundary) : undefined;
  // A blank in a boundary is allowed, but few readers support it.
  const plain = boundary.replaceAll(' ', '_');
  const clear = plain === boundary || !parts?.some(part => part.body.includes(`--${plain}`));
  if (parts === undefined || !clear) return { type: OPAQUE, body };
  // Of the parameters, `start` names the root part of multipart/related (RFC 2387 3.2).
  const start = contentType.params.get('start');
  const root = start !== undefined && CONTENT_ID.test(start) ? `;start="${start}"` : '';
  return { type: `${contentType.type}${root};boundary="${plain}"`, body: formatMultipart(parts, plain) };
}

const CONTENT_ID = /^<[\w.!%*+`'~@-]{1,200}>$/;

/** Only parameters whose values are tokens: such a value can contain neither a blank nor another type. */
function plainType({ type, params }: ContentType): string {
  let text = type;
  for (const [name, value] of params) if (name !== 'boundary' && isToken(value)) text += `;${name}=${value}`;
  return text.length > LONGEST_VALUE / 2 ? type : text;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7e) return false;
  return true;
}
