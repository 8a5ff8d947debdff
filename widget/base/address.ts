// Parses the two addresses that a page's owner writes: the SIP address to call and, rarely, the gateway. Accepts only
// what looks like a mail address: a page cannot choose ports, parameters or passwords (RFC 3261 19.1.1 allows them, the
// gateway builds the Request-URI itself).
import type { GatewayPath } from '../../contract/http.ts';

export interface Address {
  /** As people read it: `director@mysite.ru`. */
  readonly text: string;
  /** As SIP writes it: `sip:director@mysite.ru`, the domain in ASCII, the user part escaped. */
  readonly uri: string;
}

const shape =
  /^(?:sip:)?([\p{L}\p{N}!*'()&=+$,/_.~-]+)@((?:[\p{L}\p{M}\p{N}-]+[.。．｡])*[\p{L}\p{M}\p{N}-]+)[.。．｡]?$/iu;

export function parseAddress(source: string | null | undefined): Address | undefined {
  const match = shape.exec((source ?? '').trim());
  // URL converts the host to ASCII (IDNA): президент.рф must reach the DNS as xn--….
  const host = match && readUrl(`http://${match[2]}`)?.hostname;
  if (!match?.[1] || !host) return undefined;
  return { text: `${match[1]}@${match[2]}`, uri: `sip:${escapeUser(match[1])}@${host}` };
}

/**
 * A URL of the gateway: a WebSocket for `sip` (RFC 7118), else http(s). `attribute` is the gateway's absolute http(s) or
 * ws(s) URL; without it the gateway's URLs are beside the script's.
 */
export function gatewayUrl(path: GatewayPath, script: string, attribute?: string | null): string | undefined {
  const base = readUrl(attribute || script);
  if (!base || !/^(?:http|ws)s?:$/.test(base.protocol)) return undefined;
  // The last segment of a path without a slash at its end would be replaced.
  if (attribute && !base.pathname.endsWith('/')) base.pathname += '/';
  return new URL(path, base).href.replace(/^(?:http|ws)/, path === 'sip' ? 'ws' : 'http');
}

const escapeUser = (user: string) => user.replace(/[^!-~]+/gu, encodeURIComponent);

function readUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
