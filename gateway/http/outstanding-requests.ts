// How much one connection may have outstanding: requests that were sent one behind the other without waiting for answers
// (RFC 9112 9.3.2), and answers that are not read. Node parses all requests of a chunk of 64 kB in one turn, a thousand
// of them, so a bound has to end the connection: to stop reading would be too late.

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Browsers, proxies and libraries send one request after another; this leaves room for those that pipeline. */
const MOST_REQUESTS = 10;
/** For the answer in front, read to its end: 4 MB, the largest photograph, at 35 kB a second. */
const MOST_MS = 120_000;

interface Held {
  requests: number;
  timer: NodeJS.Timeout | undefined;
}

export class OutstandingRequests {
  readonly #held = new WeakMap<Socket, Held>();
  readonly #mostMs: number;

  constructor(mostMs = MOST_MS) {
    this.#mostMs = mostMs;
  }

  /** False when the connection is closed, or is closed now because this request is one too many. */
  admit(socket: Socket, response: ServerResponse): boolean {
    if (socket.destroyed) return false;
    const held = this.#held.get(socket) ?? this.#hold(socket);
    if (held.requests >= MOST_REQUESTS) {
      socket.destroy();
      return false;
    }
    held.requests++;
    held.timer ??= this.#deadline(socket);
    response.once('close', () => {
      held.requests--;
      clearTimeout(held.timer);
      held.timer = held.requests > 0 && !socket.destroyed ? this.#deadline(socket) : undefined;
    });
    return true;
  }

  #hold(socket: Socket): Held {
    const held: Held = { requests: 0, timer: undefined };
    this.#held.set(socket, held);
    // Answers that waited behind another one are not closed with their connection.
    socket.once('close', () => clearTimeout(held.timer));
    return held;
  }

  #deadline(socket: Socket): NodeJS.Timeout {
    return setTimeout(() => socket.destroy(), this.#mostMs);
  }
}
