// Where visitors find this gateway, for links that leave it: cards, codes, pictures.

import type { IncomingMessage } from 'node:http';
import { isSecure } from '../entrance/far-end.ts';

/** `https://call.mysite.ru`: as configured, or as whoever asks has called us; undefined when they did not say. */
export function publicUrl(request: IncomingMessage, configured: string | undefined): string | undefined {
  if (configured !== undefined) return configured;
  const host = request.headers.host ?? '';
  if (!/^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(host)) return undefined;
  return `${isSecure(request) ? 'https' : 'http'}://${host}`;
}
