// Which page asks: the origin that a browser says, and the headers by which it may read the answer.

import type { IncomingMessage, ServerResponse } from 'node:http';

/** As the directory asks for it: whence the page is, and whether that is here. */
export interface AskingPage {
  readonly origin: string;
  readonly ownPage: boolean;
}

/**
 * Where a request may come from, likeliest first; nowhere when it does not say. A page of the very origin that is
 * asked sends none with a GET (Fetch 3.2), and what is in front of the gateway may have taken the TLS off.
 */
export function askingPages({ headers }: IncomingMessage): readonly AskingPage[] {
  const { origin, host } = headers;
  const own = host ? [`https://${host.toLowerCase()}`, `http://${host.toLowerCase()}`] : [];
  if (origin !== undefined) return [{ origin, ownPage: own.includes(origin) }];
  if (headers['sec-fetch-site'] !== 'same-origin') return [];
  return own.map(one => ({ origin: one, ownPage: true }));
}

/** Lets pages of this origin read the answer, and caches keep it apart from others'. */
export function allowOrigin(response: ServerResponse, origin: string): void {
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Vary', 'Origin, Sec-Fetch-Site');
}

/** One answer for every page and every address that is not on a list: a scanner learns nothing from it. */
export function refuse(response: ServerResponse, status: 403 | 429 | 503 = 403, retrySeconds = 60): void {
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    Vary: 'Origin, Sec-Fetch-Site',
    ...(status !== 403 && { 'Retry-After': String(retrySeconds) }),
  });
  response.end();
}
