// Serves the built widget to any page: precompressed, cacheable, usable across origins. Under `/v/<version>/` it stays
// what it is; other versions than the gateway's own are served from there when their files lie in dist/public/v.

import type { ServerResponse } from 'node:http';
import sirv, { type RequestHandler } from 'sirv';
import { ensureBuilt, pinnedPath, publicFolder, widgetVersion } from './widget-build.ts';

/** Chunks carry a hash of their contents in their names; the entry's name is what pages have pasted. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const REVALIDATED = 'public, max-age=300, stale-while-revalidate=86400';

/** @throws {Error} when the widget was not built. */
export function widgetFiles(): RequestHandler {
  ensureBuilt();
  const pinned = pinnedPath(widgetVersion());
  const latest = files(path => (/^\/(?:chunks|v)\//.test(path) ? FOR_EVER : REVALIDATED));
  const unchanging = files(() => FOR_EVER);
  return (request, response, next) => {
    if (!request.url?.startsWith(pinned)) return latest(request, response, next);
    request.url = request.url.slice(pinned.length - 1);
    return unchanging(request, response, next);
  };
}

function files(caching: (path: string) => string): RequestHandler {
  return sirv(publicFolder, {
    gzip: true,
    brotli: true,
    etag: true,
    setHeaders(response: ServerResponse, path: string) {
      response.setHeader('Cache-Control', caching(path));
      // Pages of any site load it, also those isolated by COEP.
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
      response.setHeader('X-Content-Type-Options', 'nosniff');
      response.setHeader('Timing-Allow-Origin', '*');
    },
  });
}
