// Content-Length (RFC 3261 20.14): where a message ends. The parser and the stream framer share this code, because two
// different answers allow request smuggling.

import { parseDecimal } from './grammar.ts';

/** Larger than any limit. A value above 2^31 counts as malformed, not as too large. */
const MAX_LENGTH = 2 ** 31 - 1;

export function parseContentLength(value: string): number | undefined {
  return parseDecimal(value, MAX_LENGTH);
}

/**
 * The body length that a header section (start line to blank line) declares. `missing` without Content-Length, `bad` if
 * it is not a number or appears twice with different values.
 */
export function declaredLength(head: string): number | 'missing' | 'bad' {
  let declared: number | undefined;
  let lineEnd = head.indexOf('\r\n');
  while (lineEnd !== -1) {
    const lineStart = lineEnd + 2;
    lineEnd = head.indexOf('\r\n', lineStart);
    if (!mayBeContentLength(head.charCodeAt(lineStart))) continue;
    // A folded line belongs to the line before it, also between the colon and the number.
    while (lineEnd !== -1 && isBlank(head.charCodeAt(lineEnd + 2)))
      lineEnd = head.indexOf('\r\n', lineEnd + 2);
    const line = head.slice(lineStart, lineEnd === -1 ? head.length : lineEnd);
    const colon = line.indexOf(':');
    if (colon === -1 || !/^(?:content-length|l)[ \t]*$/i.test(line.slice(0, colon))) continue;
    const length = parseContentLength(unfolded(line.slice(colon + 1)));
    if (length === undefined || (declared !== undefined && declared !== length)) return 'bad';
    declared = length;
  }
  return declared ?? 'missing';
}

/** Whether the character is c, C, l or L. */
function mayBeContentLength(code: number): boolean {
  return (code | 0x20) === 0x63 || (code | 0x20) === 0x6c;
}

/** The text without blanks and line breaks at both ends. */
function unfolded(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return isBlank(code) || code === 0x0d || code === 0x0a;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
