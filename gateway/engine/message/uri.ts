// SIP and SIPS URIs (RFC 3261 19.1). Percent-escapes are decoded exactly once, here, so that later code never decodes
// again: `%2540` means the three characters `%40`.

import { formatHostPort, parseHostPort } from './host-port.ts';

export interface SipUri {
  readonly scheme: 'sip' | 'sips';
  readonly user?: string;
  readonly password?: string;
  /** Lower case; IPv6 without brackets. */
  readonly host: string;
  readonly port?: number;
  /** Names lower case; '' for those without a value. */
  readonly params: ReadonlyMap<string, string>;
  readonly headers: ReadonlyMap<string, string>;
}

const NONE: ReadonlyMap<string, string> = new Map();

// RFC 3261 25.1: unreserved and user-unreserved, password, param-unreserved, hnv-unreserved.
const USER = /^(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/]|%[0-9A-Fa-f]{2})+$/;
const PASSWORD = /^(?:[A-Za-z0-9\-_.!~*'()&=+$,]|%[0-9A-Fa-f]{2})*$/;
const PARAM = /^(?:[A-Za-z0-9\-_.!~*'()[\]/:&+$]|%[0-9A-Fa-f]{2})+$/;
const HEADER = /^(?:[A-Za-z0-9\-_.!~*'()[\]/?:+$]|%[0-9A-Fa-f]{2})*$/;

/** A `sip:` or `sips:` URI without angle brackets; undefined for other schemes and for bad grammar. */
export function parseUri(text: string): SipUri | undefined {
  const scheme = sipScheme(text);
  if (scheme === undefined) return undefined;
  const start = scheme.length + 1;

  // After the userinfo no part may contain an unescaped '@', but the user may contain ';' and '?' (RFC 4475 semiuri).
  const at = text.indexOf('@', start);
  const hostStart = at === -1 ? start : at + 1;
  const question = text.indexOf('?', hostStart);
  const paramsEnd = question === -1 ? text.length : question;
  const semicolon = text.indexOf(';', hostStart);
  const hostEnd = semicolon === -1 || semicolon > paramsEnd ? paramsEnd : semicolon;

  const hostPort = parseHostPort(text.slice(hostStart, hostEnd));
  const params = hostEnd === paramsEnd ? NONE : parsePairs(text.slice(hostEnd + 1, paramsEnd), ';', PARAM);
  const headers = question === -1 ? NONE : parsePairs(text.slice(question + 1), '&', HEADER);
  if (hostPort === undefined || params === undefined || headers === undefined) return undefined;
  if (at === -1) return { scheme, ...hostPort, params, headers };
  const userInfo = parseUserInfo(text.slice(start, at));
  return userInfo === undefined ? undefined : { scheme, ...userInfo, ...hostPort, params, headers };
}

export function formatUri(uri: SipUri): string {
  let text = `${uri.scheme}:`;
  if (uri.user !== undefined) {
    text += percentEscape(uri.user, /[A-Za-z0-9\-_.!~*'()&=+$,;?/]/);
    if (uri.password !== undefined) text += `:${percentEscape(uri.password, /[A-Za-z0-9\-_.!~*'()&=+$,]/)}`;
    text += '@';
  }
  text += formatHostPort(uri.host, uri.port);
  for (const [name, value] of uri.params)
    text += `;${formatPair(name, value, /[A-Za-z0-9\-_.!~*'()[\]/:&+$]/)}`;
  let separator = '?';
  for (const [name, value] of uri.headers) {
    text += `${separator}${percentEscape(name, HEADER_CHARACTER)}=${percentEscape(value, HEADER_CHARACTER)}`;
    separator = '&';
  }
  return text;
}

const HEADER_CHARACTER = /[A-Za-z0-9\-_.!~*'()[\]/?:+$]/;

/** RFC 3261 19.1.4. An undefined port and an explicit default port differ, as the section requires. */
export function uriEquals(a: SipUri, b: SipUri): boolean {
  return (
    a.scheme === b.scheme &&
    a.user === b.user &&
    a.password === b.password &&
    a.host === b.host &&
    a.port === b.port &&
    paramsEqual(a.params, b.params) &&
    headersEqual(a.headers, b.headers)
  );
}

/** "A user, ttl, or method parameter appearing in only one URI never matches", nor do maddr and transport. */
const DECISIVE = ['user', 'ttl', 'method', 'maddr', 'transport'];

function paramsEqual(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  for (const name of DECISIVE) if (a.has(name) !== b.has(name)) return false;
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other !== undefined && other.toLowerCase() !== value.toLowerCase()) return false;
  }
  return true;
}

/** "URI header components are never ignored." */
function headersEqual(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) if (b.get(name) !== value) return false;
  return true;
}

function sipScheme(text: string): 'sip' | 'sips' | undefined {
  if (text.startsWith('sip:')) return 'sip';
  if (text.startsWith('sips:')) return 'sips';
  const scheme = text.slice(0, text.indexOf(':') + 1).toLowerCase();
  return scheme === 'sip:' ? 'sip' : scheme === 'sips:' ? 'sips' : undefined;
}

function parseUserInfo(text: string): { user: string; password?: string } | undefined {
  const colon = text.indexOf(':');
  const user = unescapeIf(colon === -1 ? text : text.slice(0, colon), USER);
  if (user === undefined) return undefined;
  if (colon === -1) return { user };
  const password = unescapeIf(text.slice(colon + 1), PASSWORD);
  return password === undefined ? undefined : { user, password };
}

function parsePairs(text: string, separator: string, grammar: RegExp): Map<string, string> | undefined {
  const pairs = new Map<string, string>();
  for (const pair of text.split(separator)) {
    const equals = pair.indexOf('=');
    const name = unescapeIf(equals === -1 ? pair : pair.slice(0, equals), grammar)?.toLowerCase();
    const value = equals === -1 ? '' : unescapeIf(pair.slice(equals + 1), grammar);
    // RFC 3261 19.1.1: "any given parameter-name MUST NOT appear more than once".
    if (name === undefined || name === '' || value === undefined || pairs.has(name)) return undefined;
    pairs.set(name, value);
  }
  return pairs;
}

/** Decodes percent-escapes once. Undefined if the grammar does not match or the octets are not UTF-8. */
function unescapeIf(text: string, grammar: RegExp): string | undefined {
  if (!grammar.test(text)) return undefined;
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function formatPair(name: string, value: string, allowed: RegExp): string {
  return value === ''
    ? percentEscape(name, allowed)
    : `${percentEscape(name, allowed)}=${percentEscape(value, allowed)}`;
}

function percentEscape(text: string, allowed: RegExp): string {
  let escaped = '';
  for (const character of text) escaped += allowed.test(character) ? character : encodeCharacter(character);
  return escaped;
}

function encodeCharacter(character: string): string {
  let encoded = '';
  for (const byte of Buffer.from(character))
    encoded += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return encoded;
}
