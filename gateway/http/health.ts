// `/healthz`: whether this gateway takes calls, for load balancers and monitors. It returns the status alone: counts
// are for the administrator (admin/health.ts).

import { type Route, reading } from './route.ts';

/** 200 where the status is `ok`, else 503. */
export function statusOfGateway(status: () => string): Route {
  return reading('/healthz', (_request, response) => {
    const text = status();
    response.writeHead(text === 'ok' ? 200 : 503, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
    });
    response.end(`${JSON.stringify({ status: text })}\n`);
  });
}
