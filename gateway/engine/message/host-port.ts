// `host [":" port]` (RFC 3261 25.1): in URIs, Via and Contact.

import { isIPv6 } from 'node:net';
import { parseDecimal } from './grammar.ts';

export interface HostPort {
  /** Lower case; IPv6 without brackets. */
  readonly host: string;
  readonly port?: number;
}

// The underscore is not a hostname character, but company networks use it in names of machines.
const HOSTNAME = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/;

export function parseHostPort(text: string): HostPort | undefined {
  let hostEnd: number;
  let host: string;
  if (text.startsWith('[')) {
    const close = text.indexOf(']');
    host = withoutThirdColon(text.slice(1, close));
    if (close === -1 || !isIPv6(host) || host.includes('%')) return undefined;
    hostEnd = close + 1;
  } else {
    const colon = text.indexOf(':');
    hostEnd = colon === -1 ? text.length : colon;
    host = hostEnd === text.length ? text : text.slice(0, hostEnd);
    if (!HOSTNAME.test(host)) return undefined;
  }
  host = host.toLowerCase();
  if (hostEnd === text.length) return { host };
  if (text.charCodeAt(hostEnd) !== 0x3a) return undefined;
  const port = parseDecimal(text.slice(hostEnd + 1), 65535);
  return port === undefined || port === 0 ? undefined : { host, port };
}

/**
 * RFC 3261's grammar had three colons before an IPv4 part instead of two (corrected by RFC 5954). RFC 5118 4.10
 * requires a parser to accept three.
 */
function withoutThirdColon(host: string): string {
  return host.includes(':::') ? host.replace(/:::(?=\d+\.\d+\.\d+\.\d+$)/, '::') : host;
}

export function formatHostPort(host: string, port?: number): string {
  const literal = host.includes(':') ? `[${host}]` : host;
  return port === undefined ? literal : `${literal}:${port}`;
}
