// The greeting: the first frame of a WebSocket, before any SIP, for pages that request it by `?ice` in the URL. It contains
// TURN servers with credentials of coturn's `use-auth-secret`, the grace period of a call whose connection breaks, and the
// key to resume the call. It comes with the connection, so no call waits for it, and only admitted pages get it.

import { createHmac, randomBytes } from 'node:crypto';
import type { Greeting, GreetingParameter, IceServer } from '../../contract/websocket.ts';
import type { Config } from '../config/schema.ts';
import type { Turn } from '../config/turn.ts';

type GreetingConfig = Pick<Config, 'turn'> & { readonly limits: Pick<Config['limits'], 'reconnectSeconds'> };

/** The first frame for a page that used this URL; undefined without `?ice`. `now` in milliseconds. */
export function greeting(
  url: string | undefined,
  { turn, limits: { reconnectSeconds } }: GreetingConfig,
  now: number,
  resumeKey?: string,
): string | undefined {
  const requested = new URLSearchParams(url?.split('?')[1]).has('ice' satisfies GreetingParameter);
  if (!requested) return undefined;
  const iceServers = turn ? [iceServer(turn, now)] : [];
  return JSON.stringify({ reconnectSeconds, iceServers, back: resumeKey } satisfies Greeting);
}

function iceServer({ urls, secret, lifetimeSeconds }: Turn, now: number): IceServer {
  const expiry = Math.floor(now / 1000) + lifetimeSeconds;
  // The second part distinguishes visitors in the log and the quotas of the TURN server.
  const username = `${expiry}:${randomBytes(6).toString('hex')}`;
  return { urls, username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}
