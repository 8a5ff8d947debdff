// One concern of the HTTP server: takes the requests that are its own.

import type { IncomingMessage, ServerResponse } from 'node:http';

/** True when it has answered, or is going to; `path` is the request's, without its query. Must not throw. */
export type Route = (request: IncomingMessage, response: ServerResponse, path: string) => boolean;

/** A route for GET and HEAD of exactly one path; other methods there are refused (RFC 9110 15.5.6). */
export function reading(
  own: string,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Route {
  return (request, response, path) => {
    if (path !== own) return false;
    if (request.method === 'GET' || request.method === 'HEAD') answer(request, response);
    else response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    return true;
  };
}
