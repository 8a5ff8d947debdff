// The public URL of this gateway, for links in cards, QR codes and pictures.

import type { IncomingMessage } from 'node:http';
import { isSecure } from '../net/client-address.ts';

/** A name of 253 characters (RFC 1035 2.3.4), a colon and a port. */
const MOST_CHARACTERS = 259;

/** `https://call.mysite.ru`: from the configuration, else from the Host header; undefined without a valid one. */
export function publicUrl(request: IncomingMessage, configured: string | undefined): string | undefined {
  if (configured !== undefined) return configured;
  const host = hostOf(request)?.toLowerCase();
  return host && `${isSecure(request) ? 'https' : 'http'}://${host}`;
}

/** The Host header, if it is a host with an optional port. */
export function hostOf({ headers: { host = '' } }: IncomingMessage): string | undefined {
  if (host.length > MOST_CHARACTERS) return undefined;
  return /^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(host) ? host : undefined;
}
