// The origin of the page that sends a request, and the CORS headers that permit the page to read the answer (Fetch 3.2).

import type { IncomingMessage, ServerResponse } from 'node:http';

/** The page that sends a request, for the directory: its origin, and whether the gateway has served it. */
export interface RequestingPage {
  readonly origin: string;
  readonly ownPage: boolean;
}

/**
 * The possible pages of a request, the most likely first; none when the request does not identify its page. A GET to the
 * page's own origin has no Origin header (Fetch 3.2), and a proxy before the gateway may terminate TLS: then both schemes
 * are possible.
 */
export function requestingPages({ headers }: IncomingMessage): readonly RequestingPage[] {
  const { origin, host } = headers;
  const own = host ? [`https://${host.toLowerCase()}`, `http://${host.toLowerCase()}`] : [];
  if (origin !== undefined) return [{ origin, ownPage: own.includes(origin) }];
  if (headers['sec-fetch-site'] !== 'same-origin') return [];
  return own.map(one => ({ origin: one, ownPage: true }));
}

/** Permits pages of this origin to read the answer; caches store it separately for each origin. */
export function allowOrigin(response: ServerResponse, origin: string): void {
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Vary', 'Origin, Sec-Fetch-Site');
}

/** The same answer for every unlisted page and every unknown person: a scanner learns nothing from it. */
export function refuse(response: ServerResponse, status: 403 | 429 | 503 = 403, retrySeconds = 60): void {
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    Vary: 'Origin, Sec-Fetch-Site',
    ...(status !== 403 && { 'Retry-After': String(retrySeconds) }),
  });
  response.end();
}
