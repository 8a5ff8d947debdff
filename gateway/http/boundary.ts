// The error boundary of all routes: a request that fails for a reason of our own costs that request and nothing else.
// It is answered with 500, or its connection is closed when an answer has begun; it is counted, and logged once in a
// while. Whatever a peer sends to make a route fail again and again, the log does not grow faster.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../observe/log.ts';

/** Between two lines of the log; what fails in between is counted in the next one. */
const LOG_EVERY_MS = 10_000;
const PATH_SHOWN = 200;

/** What a body that is being read ends with when its sender leaves. */
const peerLeft: ReadonlySet<unknown> = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);

export class Boundary {
  readonly #log: Log | undefined;
  readonly #now: () => number;
  #failures = 0;
  #logged = 0;
  #loggedAt = Number.NEGATIVE_INFINITY;

  /** `now` gives milliseconds of a clock that never steps back. */
  constructor(log: Log | undefined, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /** Requests that failed since the start. */
  get failures(): number {
    return this.#failures;
  }

  /** Runs `work`, which answers the request now or by the time that its promise settles. */
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

  /** Counts and logs a failure whose answer is another's concern. */
  report(error: unknown, { method, url = '' }: IncomingMessage): void {
    this.#failures++;
    const now = this.#now();
    if (now - this.#loggedAt < LOG_EVERY_MS) return;
    const path = url.split('?', 1)[0]?.slice(0, PATH_SHOWN);
    const stack = error instanceof Error ? error.stack : String(error);
    const failures = this.#failures - this.#logged;
    this.#log?.error({ stack, method, path, failures }, 'a request failed for a reason of our own');
    this.#loggedAt = now;
    this.#logged = this.#failures;
  }

  #failed(error: unknown, request: IncomingMessage, response: ServerResponse): void {
    if (request.destroyed && peerLeft.has((error as NodeJS.ErrnoException | undefined)?.code)) return;
    this.report(error, request);
    if (response.headersSent) {
      request.socket.destroy();
      return;
    }
    // What the route has set may be what is wrong.
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    response.writeHead(500, { 'Cache-Control': 'no-store', Connection: 'close' }).end();
  }
}
