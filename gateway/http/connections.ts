// How many connections the HTTP server holds, in all and from one neighbourhood, visitors' WebSockets among them: who
// only connects, and says nothing or says it slowly, must not keep the door from others. Knows no HTTP.

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Config } from '../config/schema.ts';
import { socketAddress } from '../entrance/far-end.ts';
import { networkOf } from '../observe/network-address.ts';

/** Beside the WebSockets: pages, the widget's files, questions. They last for seconds; a browser opens six. */
const OTHERS = 1_000;
const OTHERS_FROM_ONE = 100;

export class Connections {
  readonly #open = new Set<Socket>();
  readonly #from = new Map<string, number>();

  /** Watches `server` from now on. `speaksForMany`: a proxy of the owner's, whose connections are those of many. */
  constructor(
    server: Server,
    { visitors, visitorsPerAddress }: Config['limits'],
    speaksForMany: (address: string) => boolean = () => false,
  ) {
    server.maxConnections = visitors + OTHERS;
    server.on('connection', socket => {
      const many = speaksForMany(socketAddress({ socket }));
      this.#opened(socket, many ? Number.POSITIVE_INFINITY : visitorsPerAddress + OTHERS_FROM_ONE);
    });
  }

  /** Closes all, also those that never said a word of HTTP, or of TLS. */
  destroy(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #opened(socket: Socket, most: number): void {
    const network = networkOf(socket.remoteAddress ?? '') ?? '';
    const others = this.#from.get(network) ?? 0;
    if (others >= most) {
      socket.destroy();
      return;
    }
    this.#open.add(socket);
    this.#from.set(network, others + 1);
    socket.once('close', () => {
      this.#open.delete(socket);
      const left = (this.#from.get(network) ?? 1) - 1;
      if (left > 0) this.#from.set(network, left);
      else this.#from.delete(network);
    });
  }
}
