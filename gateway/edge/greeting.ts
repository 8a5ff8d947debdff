// What a page is told before any SIP when it asks for it by `?ice` in its WebSocket's address: the TURN servers that
// its media may take, with credentials of its own, and the way back to its call. Comes with the connection, so that no
// call waits for it, and to nobody who may not have one. The credentials are those of coturn's `use-auth-secret`.

import { createHmac, randomBytes } from 'node:crypto';
import type { Turn } from '../config/turn.ts';

/** As `RTCConfiguration` takes them. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username: string;
  readonly credential: string;
}

/** The first frame for whoever came by this URL; undefined for those who did not ask. `now` in milliseconds. */
export function greeting(
  url: string | undefined,
  turn: Turn | undefined,
  now: number,
  back?: string,
): string | undefined {
  const asked = new URLSearchParams(url?.split('?')[1]).has('ice');
  return asked ? JSON.stringify({ iceServers: turn ? [iceServer(turn, now)] : [], back }) : undefined;
}

function iceServer({ urls, secret, seconds }: Turn, now: number): IceServer {
  const expiry = Math.floor(now / 1000) + seconds;
  // The second part tells visitors apart in the server's log and quotas.
  const username = `${expiry}:${randomBytes(6).toString('hex')}`;
  return { urls, username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}
