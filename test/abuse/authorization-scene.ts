// Fixture for the authorization tests: a gateway whose pages need tokens, and a client that opens WebSockets by hand.

import { once } from 'node:events';
import { WebSocket } from 'ws';
import { RawPeer } from '../support/raw-peer.ts';
import { PAGE, type Scene } from '../support/signalling-gateway.ts';

export type Deserted = Omit<Scene, 'browser'>;

export const DIRECTOR = 'sip:director@mysite.test';

export interface Asking {
  readonly origin?: string;
  readonly to?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer of `POST /token` to a page. */
export function askToken(url: string, { origin = PAGE, to = DIRECTOR, headers = {} }: Asking = {}) {
  return fetch(`${url}/token`, {
    method: 'POST',
    headers: { Origin: origin, ...headers },
    body: new URLSearchParams({ to }),
  });
}

/** A token for a page; throws where it gets none. */
export async function tokenOf({ gateway }: Deserted, asking: Asking = {}): Promise<string> {
  const response = await askToken(gateway.url, asking);
  if (!response.ok) throw new Error(`no token: ${response.status}`);
  return ((await response.json()) as { token: string }).token;
}

/** A page that was admitted with its own token. */
export async function enter(scene: Deserted, asking: Asking = {}): Promise<RawPeer> {
  const protocols = [`token.${await tokenOf(scene, asking)}`];
  return await RawPeer.browser(scene.gateway.url, asking.origin ?? PAGE, protocols);
}

export interface Knock {
  readonly protocols?: readonly string[];
  readonly origin?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  /** 101 when the WebSocket opened. */
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
  readonly socket: WebSocket;
  /** The first frame, once it is here. */
  readonly greeting: Promise<{ readonly back?: string }>;
}

/** Requests a WebSocket and resolves with the HTTP status. */
export async function knock(
  { gateway }: Deserted,
  { protocols = ['sip'], origin = PAGE, headers = {} }: Knock,
): Promise<Answer> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/sip?ice`, [...protocols], {
    origin,
    headers,
  });
  socket.on('error', () => {});
  const greeting = once(socket, 'message').then(([data]) => JSON.parse(String(data)));
  greeting.catch(() => {});
  const refused = once(socket, 'unexpected-response').then(async ([, response]) => {
    let body = '';
    for await (const chunk of response) body += chunk;
    return {
      status: response.statusCode,
      retryAfter: response.headers['retry-after'],
      body,
      socket,
      greeting,
    };
  });
  const opened = once(socket, 'open').then(() => ({
    status: 101,
    retryAfter: undefined,
    body: '',
    socket,
    greeting,
  }));
  return await Promise.race([refused, opened]);
}
