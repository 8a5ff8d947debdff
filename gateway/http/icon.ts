// The icon of the gateway's own pages: at the path that the pages name, and at /favicon.ico, which browsers request for
// resources that are no page.

import { type Route, reading } from './route.ts';

const drawing =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#0b7a58"/>' +
  '<path transform="translate(4 4)" fill="#fff" d="M3.2 6.9c0-2 1.7-3.7 3.7-3.7h.8c.6 0 1.2.4 1.4 1l1 3c.2.7 0 1.4-.5 ' +
  '1.8L8.4 10a11.5 11.5 0 0 0 5.6 5.6l1-1.2c.4-.5 1.1-.7 1.8-.5l3 1c.6.2 1 .8 1 1.4v.8c0 2-1.7 3.7-3.7 3.7C9.7 20.8 3.2 ' +
  '14.3 3.2 6.9Z"/></svg>\n';

export const iconRoutes: readonly Route[] = ['/icon.svg', '/favicon.ico'].map(path =>
  reading(path, (_request, response) => {
    response.writeHead(200, {
      // Browsers use the type, not the file extension.
      'Content-Type': 'image/svg+xml',
      'Content-Length': Buffer.byteLength(drawing),
      'Content-Security-Policy': "default-src 'none'",
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'public, max-age=86400',
    });
    response.end(drawing);
  }),
);
