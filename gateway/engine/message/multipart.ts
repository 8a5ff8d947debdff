// Bodies of several parts (RFC 2046 5.1, RFC 5621): taken apart, and written anew in one plain form. Linear in the
// body, and bounded in parts and in their headers.

import { isToken, trimBlanks } from './grammar.ts';

export interface BodyPart {
  /** As written: no line folds, no control characters. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** SIP needs two or three: SDP, ISUP, a location. */
const MOST_PARTS = 16;
const MOST_HEADERS = 16;
const LONGEST_HEADER = 1_024;

/** RFC 2046 5.1.1: 1 to 70 characters. The blank that it allows is refused: it is not in use. */
const BOUNDARY = /^[A-Za-z0-9'()+_,\-./:=?]{1,70}$/;

const BLANK_LINE = Buffer.from('\r\n\r\n');

export function isBoundary(text: string): boolean {
  return BOUNDARY.test(text);
}

/** The parts between the delimiters; undefined when there is none, or more than any body of SIP has. */
export function parseMultipart(body: Buffer, boundary: string): BodyPart[] | undefined {
  if (!isBoundary(boundary)) return undefined;
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first delimiter may stand at the very beginning, where no line ends before it.
  const text = Buffer.concat([Buffer.from('\r\n'), body]);
  const parts: BodyPart[] = [];
  let at = text.indexOf(delimiter);
  while (at !== -1) {
    const start = at + delimiter.length;
    // RFC 2046 5.1.1: the last delimiter has two more hyphens.
    if (text[start] === 0x2d && text[start + 1] === 0x2d) break;
    if (parts.length >= MOST_PARTS) return undefined;
    const next = text.indexOf(delimiter, start);
    const part = parsePart(text.subarray(start, next === -1 ? text.length : next));
    if (part === undefined) return undefined;
    parts.push(part);
    at = next;
  }
  return parts.length === 0 ? undefined : parts;
}

/** What follows a delimiter: the rest of its line, headers, an empty line, the content. */
function parsePart(text: Buffer): BodyPart | undefined {
  const lineEnd = text.indexOf('\r\n');
  if (lineEnd === -1 || trimBlanks(text.toString('latin1', 0, lineEnd)) !== '') return undefined;
  // No header at all: the empty line is the next one.
  const blank = text.indexOf(BLANK_LINE, lineEnd);
  if (blank === -1) return undefined;
  const body = text.subarray(blank + BLANK_LINE.length);
  if (blank === lineEnd) return { headers: [], body };
  const lines = text.toString('utf8', lineEnd + 2, blank).split('\r\n', MOST_HEADERS + 1);
  if (lines.length > MOST_HEADERS) return undefined;
  const headers: (readonly [string, string])[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = trimBlanks(line.slice(0, Math.max(colon, 0)));
    const value = trimBlanks(line.slice(colon + 1));
    if (isToken(name) && value.length <= LONGEST_HEADER && !UNPRINTABLE.test(value))
      headers.push([name, value]);
  }
  return { headers, body };
}

/** Control characters and every terminator of a line. */
const UNPRINTABLE = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]/;

/** Each part begins with its Content-Type, which is `text/plain` where it had none (RFC 2046 5.1). */
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
