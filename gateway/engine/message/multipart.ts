// Multipart bodies (RFC 2046 5.1, RFC 5621): splits them into parts, and writes parts in one plain form. Linear in the
// body; the number of parts and their headers are limited. Tolerant: lines may end with LF alone, and a malformed part
// affects only itself.

import { isToken, isWhitespace, trimBlanks } from './grammar.ts';

export interface BodyPart {
  /** As written, without line folds and control characters. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** SIP needs two or three: SDP, ISUP, a location. Further parts are left out. */
const MOST_PARTS = 16;
const MOST_HEADERS = 16;
const LONGEST_HEADER = 1_024;

/** RFC 2046 5.1.1: 1 to 70 characters, the last one not a blank. */
const BOUNDARY = /^[A-Za-z0-9'()+_,\-./:=? ]{0,69}[A-Za-z0-9'()+_,\-./:=?]$/;

const LF = 0x0a;
const CR = 0x0d;
const HYPHEN = 0x2d;

export function isBoundary(text: string): boolean {
  return BOUNDARY.test(text);
}

/** The parts between the delimiters. Undefined without a delimiter. */
export function parseMultipart(body: Buffer, boundary: string): BodyPart[] | undefined {
  if (!isBoundary(boundary)) return undefined;
  const delimiter = `--${boundary}`;
  const parts: BodyPart[] = [];
  let start: number | undefined;
  for (let at = body.indexOf(delimiter); at !== -1; at = body.indexOf(delimiter, at + delimiter.length)) {
    const next = lineAfter(body, at, at + delimiter.length);
    if (next === undefined) continue;
    if (start !== undefined) parts.push(parsePart(body.subarray(start, endOfLineBefore(body, at, start))));
    start = next === 'end' ? undefined : next;
    if (start === undefined || parts.length === MOST_PARTS) break;
  }
  // RFC 2046 5.1.1 requires a last delimiter. Some senders leave it out.
  if (start !== undefined && parts.length < MOST_PARTS) parts.push(parsePart(body.subarray(start)));
  return parts.length === 0 ? undefined : parts;
}

/** The start of the line after a delimiter; `end` after the last delimiter; undefined if there is no delimiter here. */
function lineAfter(body: Buffer, at: number, after: number): number | 'end' | undefined {
  if (at > 0 && body[at - 1] !== LF && body[at - 1] !== CR) return undefined;
  // RFC 2046 5.1.1: the last delimiter has two more hyphens.
  if (body[after] === HYPHEN && body[after + 1] === HYPHEN) return 'end';
  let end = after;
  while (end < body.length && isWhitespace(body[end]!)) end++;
  if (body[end] === CR) end++;
  if (body[end] === LF) return end + 1;
  return end === body.length || body[end - 1] === CR ? end : undefined;
}

/** The line end before a delimiter belongs to the delimiter. */
function endOfLineBefore(body: Buffer, at: number, start: number): number {
  let end = at;
  if (end > start && body[end - 1] === LF) end--;
  if (end > start && body[end - 1] === CR) end--;
  return end;
}

/**
 * Headers, an empty line, the content. Without an empty line, all of it is content if its first line is not a header.
 */
function parsePart(text: Buffer): BodyPart {
  if (text[0] === LF || (text[0] === CR && text[1] === LF))
    return { headers: [], body: text.subarray(text[0] === CR ? 2 : 1) };
  const blank = firstOf(text.indexOf('\n\r\n'), text.indexOf('\n\n'));
  if (blank === -1 && !/^[\w-]{1,64}[ \t]*:/.test(text.toString('latin1', 0, 128)))
    return { headers: [], body: text };
  const end = blank === -1 ? text.length : blank;
  const body = blank === -1 ? text.subarray(end) : text.subarray(blank + (text[blank + 1] === CR ? 3 : 2));
  return { headers: headersIn(text.toString('utf8', 0, end)), body };
}

function firstOf(one: number, other: number): number {
  return one === -1 || other === -1 ? Math.max(one, other) : Math.min(one, other);
}

function headersIn(text: string): (readonly [string, string])[] {
  const headers: (readonly [string, string])[] = [];
  for (const line of text.replace(/\r?\n[ \t]/g, ' ').split('\n', MOST_HEADERS)) {
    const colon = line.indexOf(':');
    const name = trimBlanks(line.slice(0, Math.max(colon, 0)));
    const value = trimBlanks(line.slice(colon + 1).replace(/\r$/, ''));
    if (isToken(name) && value.length <= LONGEST_HEADER && !UNPRINTABLE.test(value))
      headers.push([name, value]);
  }
  return headers;
}

/** Control characters and every line terminator. */
const UNPRINTABLE = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]/;

/** Each part begins with its Content-Type. A part without one gets `text/plain` (RFC 2046 5.1). */
export function formatMultipart(parts: readonly BodyPart[], boundary: string): Buffer {
  const pieces: Buffer[] = [];
  for (const { headers, body } of parts) {
    const isType = ([name]: readonly [string, string]) => name.toLowerCase() === 'content-type';
    const type = headers.find(isType)?.[1] ?? 'text/plain';
    const others = headers.filter(header => !isType(header)).map(([name, value]) => `${name}: ${value}\r\n`);
    pieces.push(Buffer.from(`--${boundary}\r\nContent-Type: ${type}\r\n${others.join('')}\r\n`), body, CRLF);
  }
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

const CRLF = Buffer.from('\r\n');
