// Serves the built widget to any page: precompressed, cacheable, usable across origins.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sirv, { type RequestHandler } from 'sirv';

/** dist/public, as the widget's build leaves it beside the compiled gateway. */
const publicFolder = fileURLToPath(new URL('../../public', import.meta.url));

/** Chunks carry a hash of their contents in their names; the entry's name is what pages have pasted. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const REVALIDATED = 'public, max-age=300, stale-while-revalidate=86400';

/** @throws {Error} when the widget was not built. */
export function widgetFiles(): RequestHandler {
  if (!existsSync(`${publicFolder}/sip-call.js`)) {
    throw new Error('the widget is not built: run "npm run build" first');
  }
  return sirv(publicFolder, {
    gzip: true,
    brotli: true,
    etag: true,
    setHeaders(response, path) {
      response.setHeader('Cache-Control', path.startsWith('/chunks/') ? FOR_EVER : REVALIDATED);
      // Pages of any site load it, also those isolated by COEP.
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
      response.setHeader('X-Content-Type-Options', 'nosniff');
      response.setHeader('Timing-Allow-Origin', '*');
    },
  });
}
