// The terminal symbols of RFC 3261 25.1 that several header grammars share.

const tokenCharacters = characterSet(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~",
);

/** `token`: methods, header names, parameter names, option tags. */
export function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (tokenCharacters[text.charCodeAt(i)] !== 1) return false;
  return text !== '';
}

/** Control characters, which are forbidden in a header section (CR and LF included, HTAB not). */
export const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

export function isWhitespace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/**
 * The text without SP and HTAB at both ends. Unlike `trim`, keeps other Unicode blanks, which are not blanks in SIP.
 */
export function trimBlanks(text: string, from = 0, to = text.length): string {
  let start = from;
  let end = to;
  while (start < end && isWhitespace(text.charCodeAt(start))) start++;
  while (end > start && isWhitespace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Index of the first character at or after `from` that is neither SP nor HTAB. */
export function skipWhitespace(text: string, from: number): number {
  let index = from;
  while (index < text.length && isWhitespace(text.charCodeAt(index))) index++;
  return index;
}

/** Index after the end of the quoted string that opens at `open`, or -1 if it has no end. */
export function endOfQuoted(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5c) i++;
    else if (code === 0x22) return i + 1;
  }
  return -1;
}

/** Quoted string to plain text. Text without quotes is returned unchanged. */
export function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  const inner = text.slice(1, -1);
  return inner.includes('\\') ? inner.replace(/\\(.)/gs, '$1') : inner;
}

export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** A decimal of at most `max`. Undefined for anything else, the empty string included. Leading zeros are allowed. */
export function parseDecimal(text: string, max: number): number | undefined {
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
    if (value > max) return undefined;
  }
  return text.length === 0 ? undefined : value;
}

/** By character code: 1 for each character of the set; undefined beyond ASCII. */
function characterSet(characters: string): Uint8Array {
  const set = new Uint8Array(128);
  for (const character of characters) set[character.charCodeAt(0)] = 1;
  return set;
}
