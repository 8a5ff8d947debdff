// What a page is told before any SIP when it asks for it by `?ice` in its WebSocket's address: the TURN servers that
// its media may take, with credentials of its own, for how long its call is held when it loses its way, and the way
// back to it. Comes with the connection, so that no call waits for it, and to nobody who may not have one. The
// credentials are those of coturn's `use-auth-secret`.

import { createHmac, randomBytes } from 'node:crypto';
import type { Config } from '../config/schema.ts';
import type { Turn } from '../config/turn.ts';

/** As `RTCConfiguration` takes them. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username: string;
  readonly credential: string;
}

/** Of the configuration. */
type Greeted = Pick<Config, 'turn'> & { readonly limits: Pick<Config['limits'], 'reconnectSeconds'> };

/** The first frame for whoever came by this URL; undefined for those who did not ask. `now` in milliseconds. */
export function greeting(
  url: string | undefined,
  { turn, limits: { reconnectSeconds } }: Greeted,
  now: number,
  back?: string,
): string | undefined {
  const asked = new URLSearchParams(url?.split('?')[1]).has('ice');
  const iceServers = turn ? [iceServer(turn, now)] : [];
  return asked ? JSON.stringify({ reconnectSeconds, iceServers, back }) : undefined;
}

function iceServer({ urls, secret, lifetimeSeconds }: Turn, now: number): IceServer {
  const expiry = Math.floor(now / 1000) + lifetimeSeconds;
  // The second part tells visitors apart in the server's log and quotas.
  const username = `${expiry}:${randomBytes(6).toString('hex')}`;
  return { urls, username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}
