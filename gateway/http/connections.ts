// How many connections the HTTP server holds, in all and from one neighbourhood, visitors' WebSockets among them: who
// only connects, and says nothing or says it slowly, must not keep the door from others. And how often one neighbourhood
// connects: a TLS handshake costs up to 2 ms of the thread. Knows no HTTP.

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { AddressRate } from '../auth/address-rate.ts';
import type { Config } from '../config/schema.ts';
import { socketAddress } from '../net/client-address.ts';
import { networkOf } from '../net/network-address.ts';

/** Beside the WebSockets: pages, the widget's files, questions. They last for seconds; a browser opens six. */
const OTHERS = 1_000;
const OTHERS_FROM_ONE = 100;

export class Connections {
  readonly #open = new Set<Socket>();
  readonly #from = new Map<string, number>();
  readonly #speaksForMany: (address: string) => boolean;
  readonly #rate: Pick<AddressRate, 'take'>;
  readonly #mostFromOne: number;

  /** Watches `server` from now on. `speaksForMany`: a proxy of the owner's, whose connections are those of many. */
  constructor(
    server: Server,
    { connections, connectionsPerAddress }: Config['limits'],
    speaksForMany: (address: string) => boolean,
    rate: Pick<AddressRate, 'take'>,
  ) {
    this.#speaksForMany = speaksForMany;
    this.#rate = rate;
    this.#mostFromOne = connectionsPerAddress + OTHERS_FROM_ONE;
    server.maxConnections = connections + OTHERS;
    server.on('connection', socket => this.#opened(socket));
  }

  /**
   * Whether the neighbourhood of this socket has half of what it may: then a connection is closed with its answer.
   * Browsers keep one open for seconds after its last use, and those of a large office would shut each other out.
   */
  isCrowded(socket: Socket): boolean {
    if (this.#speaksForMany(socketAddress({ socket }))) return false;
    return (this.#from.get(neighbourhood(socket)) ?? 0) > this.#mostFromOne / 2;
  }

  /** Closes all, also those that never said a word of HTTP, or of TLS. */
  destroy(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #opened(socket: Socket): void {
    const address = socketAddress({ socket });
    const network = neighbourhood(socket);
    const others = this.#from.get(network) ?? 0;
    const tooMany = () => others >= this.#mostFromOne || !this.#rate.take(address);
    if (!this.#speaksForMany(address) && tooMany()) {
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

function neighbourhood(socket: Socket): string {
  return networkOf(socketAddress({ socket })) ?? '';
}
