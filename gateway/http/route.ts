// One concern of the HTTP server: takes the requests that are its own.

import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * False when the request is not its own; else it has answered, or the promise settles once it has. `path` is the
 * request's, without its query. What it throws or rejects with is caught and answered by the server (boundary.ts).
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

/** The first of `routes` that takes a request has it. */
export function firstOf(routes: readonly Route[]): Route {
  return (request, response, path) => {
    for (const route of routes) {
      const taken = route(request, response, path);
      if (taken !== false) return taken;
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
