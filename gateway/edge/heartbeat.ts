// Detects half-open connections: a peer that lost its network sends no FIN. A WebSocket that answers no pings is closed.

import type { WebSocket } from 'ws';

/** A half-open connection is found within three of these. */
const PING_EVERY_MS = 15_000;
const MISSED_PINGS = 2;

export class Heartbeat {
  readonly #sockets: Iterable<WebSocket>;
  readonly #missed = new WeakMap<WebSocket, number>();
  readonly #timer: NodeJS.Timeout;

  /** Pings all that are in `sockets` at the time of the ping. */
  constructor(sockets: Iterable<WebSocket>) {
    this.#sockets = sockets;
    this.#timer = setInterval(() => this.#ping(), PING_EVERY_MS);
    this.#timer.unref();
  }

  received(socket: WebSocket): void {
    this.#missed.delete(socket);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #ping(): void {
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
