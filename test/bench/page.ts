// A page's WebSocket without a page, with a token when the page has a callee.

import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';

export const ORIGIN = 'http://bench.test';

export interface PageOptions {
  /** The source address; by default the system's choice. */
  readonly from?: string;
  /** The callee; without it no token is requested. */
  readonly to?: string;
  readonly origin?: string;
}

/** Returns a WebSocket that may not be open yet. Rejects when there is no token. */
export async function openPage(gatewayUrl: string, options: PageOptions = {}): Promise<WebSocket> {
  const { from, to, origin = ORIGIN } = options;
  const token = to === undefined ? [] : [`token.${await askToken(gatewayUrl, to, origin, from)}`];
  return new WebSocket(`${gatewayUrl.replace('http', 'ws')}/sip`, ['sip', ...token], {
    origin,
    ...(from && { localAddress: from }),
  });
}

/** Rejects when the gateway issues no token. */
export async function askToken(
  gatewayUrl: string,
  to: string,
  origin = ORIGIN,
  from?: string,
): Promise<string> {
  const asking = request(`${gatewayUrl}/token`, {
    method: 'POST',
    headers: { origin, 'Content-Type': 'application/x-www-form-urlencoded' },
    agent: false,
    ...(from && { localAddress: from }),
  });
  asking.end(String(new URLSearchParams({ to })));
  const [response] = await once(asking, 'response');
  const body = await text(response);
  if (response.statusCode !== 200) throw new Error(`got no token (${response.statusCode})`);
  return (JSON.parse(body) as { token: string }).token;
}
