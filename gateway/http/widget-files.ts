// Serves the built widget to pages of any origin, precompressed and cacheable. Files under `/v/<version>/` never change;
// other versions are served from there if their files are in dist/public/v. All files are read at the start.

import { readFileSet, serveFile } from './file-set.ts';
import { isReading, notFound, type Route, refuseMethod } from './route.ts';
import { ensureBuilt, pinnedPath, publicFolder, widgetVersion } from './widget-build.ts';

/** Names of chunks contain a hash of the content. The name of the entry is in the HTML of sites, so it is revalidated. */
const IMMUTABLE = 'public, max-age=31536000, immutable';
const REVALIDATED = 'public, max-age=300, stale-while-revalidate=86400';

/** Pages of any site may load it, also with Cross-Origin-Embedder-Policy. */
const forAll = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Content-Type-Options': 'nosniff',
  'Timing-Allow-Origin': '*',
};

/**
 * Answers every request that no other route accepts.
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
      const caching = isPinned || /^\/(?:chunks|v)\//.test(path) ? IMMUTABLE : REVALIDATED;
      serveFile(file, request, response, { 'Cache-Control': caching, ...forAll });
    }
    return true;
  };
}
