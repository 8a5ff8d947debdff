// The error boundary of all routes: an internal failure ends the request that caused it and nothing else.
// The request is answered with 500, or its connection is closed when the answer has begun. Failures are counted, and a few
// are logged in each minute.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Faults } from '../observe/faults.ts';
import type { Log } from '../observe/log.ts';

const PATH_SHOWN = 200;

/** Error codes of a body whose sender closes the connection. */
const peerLeft: ReadonlySet<unknown> = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);

export class RouteErrorBoundary {
  readonly #faults: Faults;

  constructor(log: Log | undefined) {
    this.#faults = new Faults(log);
  }

  /** Requests that failed since the start. */
  get failures(): number {
    return this.#faults.count;
  }

  /** Runs `work`, which answers the request before it returns or before its promise settles. */
  run(request: IncomingMessage, response: ServerResponse, work: () => unknown): void {
    const failed = (error: unknown) => this.#failed(error, request, response);
    request.on('error', () => {});
    response.on('error', failed);
    try {
      const result = work();
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** Counts and logs a failure that the caller answers. */
  report(error: unknown, { method, url = '' }: IncomingMessage): void {
    const path = url.split('?', 1)[0]?.slice(0, PATH_SHOWN);
    this.#faults.note(`${method} ${path}`, error);
  }

  #failed(error: unknown, request: IncomingMessage, response: ServerResponse): void {
    if (request.destroyed && peerLeft.has((error as NodeJS.ErrnoException | undefined)?.code)) return;
    this.report(error, request);
    if (response.headersSent) {
      request.socket.destroy();
      return;
    }
    // A header that the route has set may have caused the failure.
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    response.writeHead(500, { 'Cache-Control': 'no-store', Connection: 'close' }).end();
  }
}
