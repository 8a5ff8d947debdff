// Whether visitors are still there. A cable that was pulled sends no FIN: who answers no pings is gone.

import type { WebSocket } from 'ws';

/** A half-open connection is found within three of these. */
const PING_EVERY_MS = 15_000;
const MISSED_PINGS = 2;

export class Heartbeat {
  readonly #sockets: Iterable<WebSocket>;
  readonly #missed = new WeakMap<WebSocket, number>();
  readonly #timer: NodeJS.Timeout;

  /** Beats for all that are among `sockets` at the time. */
  constructor(sockets: Iterable<WebSocket>) {
    this.#sockets = sockets;
    this.#timer = setInterval(() => this.#beat(), PING_EVERY_MS);
    this.#timer.unref();
  }

  heard(socket: WebSocket): void {
    this.#missed.delete(socket);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    for (const socket of this.#sockets) {
      const missed = this.#missed.get(socket) ?? 0;
      if (missed >= MISSED_PINGS) {
        socket.terminate();
        continue;
      }
      this.#missed.set(socket, missed + 1);
      socket.ping();
    }
  }
}
