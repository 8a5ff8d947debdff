// Bounds the outstanding requests of one connection: pipelined requests (RFC 9112 9.3.2) and answers that are not read.
// Node parses all requests of a 64 kB chunk in one turn, up to 1,000 of them, so the connection is closed at the bound: to
// stop reading would be too late.

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Browsers, proxies and libraries send one request after another; this leaves room for those that pipeline. */
const MOST_REQUESTS = 10;
/** Time to read the first outstanding answer: 4 MB, the largest photograph, at 35 kB a second. */
const MOST_MS = 120_000;

interface Outstanding {
  requests: number;
  timer: NodeJS.Timeout | undefined;
}

export class OutstandingRequests {
  readonly #outstanding = new WeakMap<Socket, Outstanding>();
  readonly #mostMs: number;

  constructor(mostMs = MOST_MS) {
    this.#mostMs = mostMs;
  }

  /** False when the connection is closed, or is closed now because this request exceeds the bound. */
  admit(socket: Socket, response: ServerResponse): boolean {
    if (socket.destroyed) return false;
    const outstanding = this.#outstanding.get(socket) ?? this.#watch(socket);
    if (outstanding.requests >= MOST_REQUESTS) {
      socket.destroy();
      return false;
    }
    outstanding.requests++;
    outstanding.timer ??= this.#deadline(socket);
    response.once('close', () => {
      outstanding.requests--;
      clearTimeout(outstanding.timer);
      outstanding.timer = outstanding.requests > 0 && !socket.destroyed ? this.#deadline(socket) : undefined;
    });
    return true;
  }

  #watch(socket: Socket): Outstanding {
    const outstanding: Outstanding = { requests: 0, timer: undefined };
    this.#outstanding.set(socket, outstanding);
    // Queued answers emit no `close` when their connection closes.
    socket.once('close', () => clearTimeout(outstanding.timer));
    return outstanding;
  }

  #deadline(socket: Socket): NodeJS.Timeout {
    return setTimeout(() => socket.destroy(), this.#mostMs);
  }
}
