// Where visitors find this gateway, for links that leave it: cards, codes, pictures.

import type { IncomingMessage } from 'node:http';
import { isSecure } from '../net/client-address.ts';

/** A name of 253 characters (RFC 1035 2.3.4), a colon and a port. */
const MOST_CHARACTERS = 259;

/** `https://call.mysite.ru`: as configured, or as the request names it; undefined when it names no host. */
export function publicUrl(request: IncomingMessage, configured: string | undefined): string | undefined {
  if (configured !== undefined) return configured;
  const host = hostOf(request)?.toLowerCase();
  return host && `${isSecure(request) ? 'https' : 'http'}://${host}`;
}

/** The Host header, when it is a host and perhaps a port. */
export function hostOf({ headers: { host = '' } }: IncomingMessage): string | undefined {
  if (host.length > MOST_CHARACTERS) return undefined;
  return /^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(host) ? host : undefined;
}
