// Request-Line and Status-Line (RFC 3261 7.1, 7.2). Strict: exactly one SP between the parts, as
// RFC 4475 3.1.2.5 to 3.1.2.9 ask of those who would rather refuse than guess.

import { TOKEN } from './grammar.ts';

export interface RequestLine {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  /** Whether the sender speaks SIP/2.0; another version is answered 505. */
  readonly supported: boolean;
}

export interface StatusLine {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
}

const VERSION = /^SIP\/\d+\.\d+$/i;
const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"]+$/;

export function parseStartLine(line: string): RequestLine | StatusLine | undefined {
  return line.startsWith('SIP/') ? parseStatusLine(line) : parseRequestLine(line);
}

function parseRequestLine(line: string): RequestLine | undefined {
  const methodEnd = line.indexOf(' ');
  const uriEnd = line.lastIndexOf(' ');
  if (methodEnd === -1 || uriEnd === methodEnd) return undefined;
  const method = line.slice(0, methodEnd);
  const uri = line.slice(methodEnd + 1, uriEnd);
  const version = line.slice(uriEnd + 1);
  if (!TOKEN.test(method) || !ABSOLUTE_URI.test(uri)) return undefined;
  if (version === 'SIP/2.0') return { kind: 'request', method, uri, supported: true };
  // RFC 3261 7.1: SIP-Version is case-insensitive, but implementations MUST send upper case.
  if (!VERSION.test(version)) return undefined;
  return { kind: 'request', method, uri, supported: version.toUpperCase() === 'SIP/2.0' };
}

function parseStatusLine(line: string): StatusLine | undefined {
  const match = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/.exec(line);
  return match === null ? undefined : { kind: 'response', status: Number(match[1]), reason: match[2] ?? '' };
}
