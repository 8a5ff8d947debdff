// Serves the built widget to any page: precompressed, cacheable, usable across origins. Under `/v/<version>/` it stays
// what it is; other versions than the gateway's own are served from there when their files lie in dist/public/v. All is
// read at the start.

import { readFileSet, serveFile } from './file-set.ts';
import { isReading, notFound, type Route, refuseMethod } from './route.ts';
import { ensureBuilt, pinnedPath, publicFolder, widgetVersion } from './widget-build.ts';

/** Chunks carry a hash of their contents in their names; the entry's name is what pages have pasted. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const REVALIDATED = 'public, max-age=300, stale-while-revalidate=86400';

/** Pages of any site load it, also those isolated by COEP. */
const forAll = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Content-Type-Options': 'nosniff',
  'Timing-Allow-Origin': '*',
};

/**
 * Takes every request that is left over.
 * @throws {Error} when the widget was not built.
 */
export function widgetFiles(): Route {
  ensureBuilt();
  const files = readFileSet(publicFolder);
  const pinned = pinnedPath(widgetVersion());
  return (request, response, path) => {
    const isPinned = path.startsWith(pinned);
    const file = files.get(isPinned ? path.slice(pinned.length - 1) : path);
    if (!isReading(request)) refuseMethod(response);
    else if (!file) notFound(response);
    else {
      const caching = isPinned || /^\/(?:chunks|v)\//.test(path) ? FOR_EVER : REVALIDATED;
      serveFile(file, request, response, { 'Cache-Control': caching, ...forAll });
    }
    return true;
  };
}
