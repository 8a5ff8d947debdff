// Bounds the connections of the HTTP server, WebSockets included, in total and for each client network, so that clients
// that send nothing, or send slowly, cannot use up all connections. Also bounds the rate of new connections of a network,
// because a TLS handshake costs up to 2 ms of the thread. Does not depend on HTTP.

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { AddressRate } from '../auth/address-rate.ts';
import type { Config } from '../config/schema.ts';
import { socketAddress } from '../net/client-address.ts';
import { networkOf } from '../net/network-address.ts';

/** Connections beside the WebSockets: pages, widget files, status. They last for seconds; a browser opens six. */
const OTHERS = 1_000;
const OTHERS_PER_NETWORK = 100;

export class Connections {
  readonly #open = new Set<Socket>();
  readonly #perNetwork = new Map<string, number>();
  readonly #isProxy: (address: string) => boolean;
  readonly #rate: Pick<AddressRate, 'take'>;
  readonly #mostPerNetwork: number;

  /** Watches `server`. `isProxy`: the address is a proxy of the owner, whose connections are not bounded. */
  constructor(
    server: Server,
    { connections, connectionsPerAddress }: Config['limits'],
    isProxy: (address: string) => boolean,
    rate: Pick<AddressRate, 'take'>,
  ) {
    this.#isProxy = isProxy;
    this.#rate = rate;
    this.#mostPerNetwork = connectionsPerAddress + OTHERS_PER_NETWORK;
    server.maxConnections = connections + OTHERS;
    server.on('connection', socket => this.#opened(socket));
  }

  /**
   * Whether the network of this socket has half of its permitted connections: then each answer closes its connection.
   * Browsers keep idle connections open for seconds, and those of a large office could use up its permitted number.
   */
  isCrowded(socket: Socket): boolean {
    if (this.#isProxy(socketAddress({ socket }))) return false;
    return (this.#perNetwork.get(networkKey(socket)) ?? 0) > this.#mostPerNetwork / 2;
  }

  /** Closes all connections, also those that have sent nothing yet. */
  destroy(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #opened(socket: Socket): void {
    const address = socketAddress({ socket });
    const network = networkKey(socket);
    const others = this.#perNetwork.get(network) ?? 0;
    const tooMany = () => others >= this.#mostPerNetwork || !this.#rate.take(address);
    if (!this.#isProxy(address) && tooMany()) {
      socket.destroy();
      return;
    }
    this.#open.add(socket);
    this.#perNetwork.set(network, others + 1);
    socket.once('close', () => {
      this.#open.delete(socket);
      const left = (this.#perNetwork.get(network) ?? 1) - 1;
      if (left > 0) this.#perNetwork.set(network, left);
      else this.#perNetwork.delete(network);
    });
  }
}

function networkKey(socket: Socket): string {
  return networkOf(socketAddress({ socket })) ?? '';
}
