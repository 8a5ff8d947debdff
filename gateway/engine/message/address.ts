// From, To, Contact, Route, Record-Route, Refer-To: `name-addr / addr-spec` with parameters (RFC 3261 20.10). The URI
// stays text; uri.ts parses it.

import { endOfQuoted, quote, skipWhitespace, trimBlanks, unquote } from './grammar.ts';
import { formatParams, parseParams } from './params.ts';

export interface NameAddress {
  /** Without quotes and escapes. */
  displayName?: string;
  /** Of any scheme; without angle brackets. */
  uri: string;
  /** Header parameters (tag, expires, q); names lower case, values as written, '' when valueless. */
  params: Map<string, string>;
}

const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"]+$/;

export function parseAddress(value: string): NameAddress | undefined {
  const spec = locate(value);
  if (spec === undefined) return undefined;
  const uri = trimBlanks(value.slice(spec.uriStart, spec.uriEnd));
  const params = parseParams(value, spec.paramsStart);
  if (!URI.test(uri) || params === undefined) return undefined;
  // RFC 3261 20: a URI that holds a comma, question mark or semicolon MUST be in angle brackets.
  if (!spec.bracketed && /[,?]/.test(uri)) return undefined;
  const displayName = parseDisplayName(trimBlanks(value.slice(0, spec.displayEnd)));
  if (displayName === undefined) return undefined;
  return displayName === '' ? { uri, params } : { displayName, uri, params };
}

export function formatAddress(address: NameAddress): string {
  const display = address.displayName === undefined ? '' : `${quote(address.displayName)} `;
  return `${display}<${address.uri}>${formatParams(address.params)}`;
}

/** The tag parameter of a From or To value, without parsing the rest. */
export function tagOf(value: string): string | undefined {
  const at = findTag(value);
  return at === undefined ? undefined : value.slice(at.valueStart, at.end);
}

/** The same From or To value with this tag instead of any other. */
export function withTag(value: string, tag: string): string {
  const at = findTag(value);
  return at === undefined
    ? `${value};tag=${tag}`
    : `${value.slice(0, at.valueStart)}${tag}${value.slice(at.end)}`;
}

interface Spans {
  readonly bracketed: boolean;
  readonly displayEnd: number;
  readonly uriStart: number;
  readonly uriEnd: number;
  readonly paramsStart: number;
}

function locate(value: string): Spans | undefined {
  const start = skipWhitespace(value, 0);
  const afterName = value.charCodeAt(start) === 0x22 ? endOfQuoted(value, start) : start;
  if (afterName === -1) return undefined;
  const open = value.indexOf('<', afterName);
  if (open !== -1) {
    const close = value.indexOf('>', open);
    if (close === -1) return undefined;
    return { bracketed: true, displayEnd: open, uriStart: open + 1, uriEnd: close, paramsStart: close + 1 };
  }
  if (afterName !== start) return undefined;
  // RFC 3261 20.10: without brackets, parameters after the semicolon belong to the header, not the URI.
  const semicolon = value.indexOf(';', start);
  const end = semicolon === -1 ? value.length : semicolon;
  return { bracketed: false, displayEnd: start, uriStart: start, uriEnd: end, paramsStart: end };
}

/**
 * The plain text of a display name. Unquoted names should be tokens, but phones send any script there. Only characters
 * that would make the value ambiguous are refused.
 */
function parseDisplayName(text: string): string | undefined {
  if (text.startsWith('"')) return endOfQuoted(text, 0) === text.length ? unquote(text) : undefined;
  return /[",;<>]/.test(text) ? undefined : text;
}

function findTag(value: string): { valueStart: number; end: number } | undefined {
  // Everything before the last '>' is name and URI. A '>' inside a quoted header parameter is not supported.
  const spec = locate(value);
  if (spec === undefined) return undefined;
  let at = spec.paramsStart;
  while (at < value.length) {
    const nameStart = skipWhitespace(value, at + 1);
    const equals = skipWhitespace(value, nameStart + 3);
    if (isTag(value, nameStart) && value.charCodeAt(equals) === 0x3d) {
      const valueStart = skipWhitespace(value, equals + 1);
      let end = valueStart;
      while (end < value.length && !endsTag(value.charCodeAt(end))) end++;
      return end === valueStart ? undefined : { valueStart, end };
    }
    at = nextParam(value, nameStart);
  }
  return undefined;
}

function isTag(value: string, at: number): boolean {
  return (
    (value.charCodeAt(at) | 0x20) === 0x74 &&
    (value.charCodeAt(at + 1) | 0x20) === 0x61 &&
    (value.charCodeAt(at + 2) | 0x20) === 0x67
  );
}

function endsTag(code: number): boolean {
  return code === 0x3b || code === 0x20 || code === 0x09;
}

/** Index of the next ';' that is not inside a quoted string, or the end. */
function nextParam(value: string, from: number): number {
  let at = from;
  while (at < value.length && value.charCodeAt(at) !== 0x3b) {
    if (value.charCodeAt(at) === 0x22) {
      const end = endOfQuoted(value, at);
      if (end === -1) return value.length;
      at = end;
    } else at++;
  }
  return at;
}
