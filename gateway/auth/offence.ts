// Decides whether a refused request counts as an offence of its address, so that fail2ban may ban the address. A page that
// no site lists can make its readers' browsers send images, forms, WebSockets and `no-cors` requests: these do not count.
// A request counts where its page is known, or where no browser sends such a request. Browsers' behaviour is specified in the
// Fetch Standard (3.2 Origin), Fetch Metadata (Sec-Fetch-Site) and RFC 6455 4.1 (Origin of a WebSocket).

import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Config } from '../config/schema.ts';
import { directoryOf } from '../directory/directory.ts';
import { hasKnownAddress, isSecure } from '../net/client-address.ts';

export type OffenceConfig = Pick<Config, 'sites' | 'url'>;

/** True only if a page that no site lists cannot have caused the request. When in doubt it is false. */
export function countsAsOffence(request: IncomingMessage, config: OffenceConfig): boolean {
  return hasKnownAddress(request) && (isOfKnownPage(request, config) || isOfNoBrowser(request));
}

/** The browser names a page that a site lists, or a page of the gateway itself. */
function isOfKnownPage(request: IncomingMessage, config: OffenceConfig): boolean {
  const { origin } = request.headers;
  // `*` names no page: it matches pages of third parties too.
  if (origin !== undefined && directoryOf(config).isNamed(origin)) return true;
  const { host = '' } = request.headers;
  const sameOrigin =
    origin === undefined
      ? request.headers['sec-fetch-site'] === 'same-origin'
      : origin === `https://${host.toLowerCase()}` || origin === `http://${host.toLowerCase()}`;
  return sameOrigin && isOurName(host, request, config);
}

/**
 * The name is the gateway's own. A third party can point another name at this address, and then a page of that name has
 * the same origin. Over TLS the certificate for that name is missing.
 */
function isOurName(host: string, request: IncomingMessage, { url }: OffenceConfig): boolean {
  if (isSecure(request)) return true;
  if (url !== undefined && new URL(url).host === host.toLowerCase()) return true;
  const name = host.replace(/:\d+$/, '');
  return name === 'localhost' || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

/** Reports that browsers post for a page, some without an Origin. */
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
 * A GET has no Origin. Sec-Fetch-Site shows whether a page sent it or the reader did (`none`). Browsers older than 2023,
 * and all browsers over plain HTTP, are recognized by User-Agent only; a script cannot change it without a preflight.
 */
function isOfNoPage(headers: IncomingMessage['headers']): boolean {
  const site = headers['sec-fetch-site'];
  return site === undefined ? !headers['user-agent']?.startsWith('Mozilla/') : site === 'none';
}

/** WebSocket errors that a script can cause with messages that are too large. */
const OF_SCRIPTS = new Set(['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 'WS_ERR_TOO_MANY_BUFFERED_PARTS']);

/** Whether an error of ws is a protocol error that no browser sends, whatever its page does. */
export function isOfNoScript(code: string): boolean {
  return code.startsWith('WS_ERR_') && !OF_SCRIPTS.has(code);
}
