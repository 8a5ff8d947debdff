// Whether a refused request counts as an offence of its address, so that fail2ban may ban it. A page that no site
// lists can make its readers' browsers send images, forms, WebSockets and `no-cors` requests: these count for nothing.
// A request counts where its page is known, or where no browser sends such a request. What browsers do is in the
// Fetch Standard (3.2 Origin), Fetch Metadata (Sec-Fetch-Site) and RFC 6455 4.1 (Origin of a WebSocket).

import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Config } from '../config/schema.ts';
import { directoryOf } from '../directory/directory.ts';
import { hasKnownAddress, isSecure } from '../net/client-address.ts';

export type Judged = Pick<Config, 'sites' | 'url'>;

/** True only where a page of a stranger cannot have caused the request. When in doubt it is false. */
export function countsAsOffence(request: IncomingMessage, config: Judged): boolean {
  return hasKnownAddress(request) && (isOfKnownPage(request, config) || isOfNoBrowser(request));
}

/** The browser names a page that a site lists, or one of the gateway itself. */
function isOfKnownPage(request: IncomingMessage, config: Judged): boolean {
  const { origin } = request.headers;
  // `*` names no page: strangers' pages have it in common with the owner's.
  if (origin !== undefined && directoryOf(config).isNamed(origin)) return true;
  const { host = '' } = request.headers;
  const sameOrigin =
    origin === undefined
      ? request.headers['sec-fetch-site'] === 'same-origin'
      : origin === `https://${host.toLowerCase()}` || origin === `http://${host.toLowerCase()}`;
  return sameOrigin && isOurName(host, request, config);
}

/**
 * The name is the gateway's own. A stranger can point another name at this address, and then a page of that name is
 * of the same origin; over TLS its certificate would be missing.
 */
function isOurName(host: string, request: IncomingMessage, { url }: Judged): boolean {
  if (isSecure(request)) return true;
  if (url !== undefined && new URL(url).host === host.toLowerCase()) return true;
  const name = host.replace(/:\d+$/, '');
  return name === 'localhost' || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

/** Reports that browsers post in the name of a page, some without an Origin. */
const REPORT = /^application\/[\w-]*reports?(?:\+json)?\b/i;

function isOfNoBrowser({ method, headers }: IncomingMessage): boolean {
  const hasOrigin = headers.origin !== undefined;
  // Scripts can set neither Upgrade nor Sec-WebSocket-Key (Fetch 2.2.2).
  if (headers.upgrade?.toLowerCase() === 'websocket') {
    return !hasOrigin || method !== 'GET' || headers['sec-websocket-key'] === undefined;
  }
  if (method === 'GET' || method === 'HEAD') return isOfNoPage(headers);
  return !hasOrigin && !REPORT.test(headers['content-type'] ?? '');
}

/**
 * A GET has no Origin. Browsers say by Sec-Fetch-Site whether a page sent it, or its reader did (`none`). Browsers of before
 * 2023, and all of them over plain HTTP, are known by their name alone; no script of a page can change it unasked.
 */
function isOfNoPage(headers: IncomingMessage['headers']): boolean {
  const site = headers['sec-fetch-site'];
  return site === undefined ? !headers['user-agent']?.startsWith('Mozilla/') : site === 'none';
}

/** Errors of a WebSocket that a script of a page can cause, by messages that are too large. */
const OF_SCRIPTS = new Set(['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 'WS_ERR_TOO_MANY_BUFFERED_PARTS']);

/** Whether an error of ws is a breach of the protocol that no browser commits, whatever its page does. */
export function isOfNoScript(code: string): boolean {
  return code.startsWith('WS_ERR_') && !OF_SCRIPTS.has(code);
}
