// Request-Line and Status-Line (RFC 3261 7.1, 7.2). Strict: exactly one SP between the parts, as RFC 4475 3.1.2.5 to
// 3.1.2.9 recommend for parsers that refuse rather than guess.

import { isToken, parseDecimal } from './grammar.ts';

export interface RequestLine {
  readonly kind: 'request';
  readonly method: string;
  /** '' if the line is too malformed to read it. */
  readonly uri: string;
  /** The answer if the line is not a valid Request-Line of SIP/2.0. */
  readonly refusal?: { readonly status: 400 | 505; readonly reason: string };
}

export interface StatusLine {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
}

const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"]+$/;

/** Undefined if the line is neither. */
export function parseStartLine(line: string): RequestLine | StatusLine | undefined {
  return line.startsWith('SIP/') ? parseStatusLine(line) : parseRequestLine(line);
}

function parseRequestLine(line: string): RequestLine | undefined {
  const methodEnd = line.indexOf(' ');
  if (methodEnd === -1) return undefined;
  const method = line.slice(0, methodEnd);
  if (!isToken(method)) return undefined;

  const uriEnd = line.lastIndexOf(' ');
  const uri = line.slice(methodEnd + 1, Math.max(uriEnd, methodEnd + 1));
  const version = line.slice(uriEnd + 1);
  const valid = ABSOLUTE_URI.test(uri);
  if (valid && isOurVersion(version)) return { kind: 'request', method, uri };
  if (valid && /^SIP\/\d+\.\d+$/i.test(version)) {
    return { kind: 'request', method, uri, refusal: { status: 505, reason: 'Version Not Supported' } };
  }
  // The line resembles a request, so its sender gets an answer. Anything else counts as noise.
  if (!line.trimEnd().endsWith(' SIP/2.0')) return undefined;
  return { kind: 'request', method, uri: '', refusal: { status: 400, reason: 'Bad Request Line' } };
}

/** RFC 3261 7.1: "The SIP-Version string is case-insensitive". */
function isOurVersion(version: string): boolean {
  return version === 'SIP/2.0' || /^SIP\/2\.0$/i.test(version);
}

/** `SIP/2.0`, a status of three digits and, after one SP, any phrase. Without a phrase the SP may be missing. */
function parseStatusLine(line: string): StatusLine | undefined {
  if (!line.startsWith('SIP/2.0 ')) return undefined;
  const status = parseDecimal(line.slice(8, 11), 699);
  if (status === undefined || status < 100) return undefined;
  if (line.length > 11 && line.charCodeAt(11) !== 0x20) return undefined;
  return { kind: 'response', status, reason: line.slice(12) };
}
