// A route of the HTTP server: answers the requests for its paths.

import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Returns false when the request is not for this route. Else the route has answered, or its promise settles after the
 * answer. `path` is without the query. The server answers errors that it throws (error-boundary.ts).
 */
export type Route = (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
) => boolean | Promise<void>;

/** A route for GET and HEAD of exactly one path; other methods there are refused (RFC 9110 15.5.6). */
export function reading(
  own: string,
  answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Route {
  return (request, response, path) => {
    if (path !== own) return false;
    if (isReading(request)) return answer(request, response) ?? true;
    refuseMethod(response);
    return true;
  };
}

/** Offers each request to `routes` in order; the first that accepts it answers it. */
export function firstOf(routes: readonly Route[]): Route {
  return (request, response, path) => {
    for (const route of routes) {
      const result = route(request, response, path);
      if (result !== false) return result;
    }
    return false;
  };
}

export function isReading({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

export function refuseMethod(response: ServerResponse, allow = 'GET, HEAD'): void {
  response.writeHead(405, { Allow: allow }).end();
}

export function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found\n');
}
