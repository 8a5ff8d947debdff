// The TCP port of a worker, on each of its addresses, for browsers whose networks block UDP (RFC 6544: the
// relay is passive, browsers connect). Limits connections by address. Datagrams of a connection go to the
// browser port like those of UDP.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { BrowserPort } from './browser-port.ts';
import { IceTcpConnection } from './ice-tcp-connection.ts';
import { addressBytes } from './stun.ts';

const maxConnections = 1000;
/** An office shares one address, and each of its calls tries TCP beside UDP. */
const maxPerAddress = 64;

export interface TcpPortOptions {
  readonly listen: readonly string[];
  readonly port: number;
  /** A connection without a valid check is closed after this time. */
  readonly proofMs: number;
  readonly browsers: BrowserPort;
}

export class TcpPort {
  readonly #servers: readonly Server[];
  readonly #options: TcpPortOptions;
  readonly #sockets = new Set<Socket>();
  readonly #perAddress = new Map<string, number>();

  static async open(options: TcpPortOptions): Promise<TcpPort> {
    const { listen, port } = options;
    const servers = listen.map(host => createServer().listen({ host, port, ipv6Only: listen.length > 1 }));
    try {
      await Promise.all(servers.map(server => once(server, 'listening')));
    } catch (error) {
      for (const server of servers) server.close();
      throw error;
    }
    return new TcpPort(servers, options);
  }

  private constructor(servers: readonly Server[], options: TcpPortOptions) {
    this.#servers = servers;
    this.#options = options;
    for (const server of servers) {
      server.maxConnections = maxConnections;
      // File descriptors may run out for a moment: a connection is lost, the port is not.
      server.on('error', () => {});
      server.on('connection', socket => this.#welcome(socket));
    }
  }

  /** In the order of the addresses. */
  get ports(): readonly number[] {
    return this.#servers.map(server => (server.address() as AddressInfo).port);
  }

  get connections(): number {
    return this.#sockets.size;
  }

  close(): void {
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #welcome(socket: Socket): void {
    const address = neighbourhood(socket.remoteAddress ?? '');
    const others = this.#perAddress.get(address) ?? 0;
    if (others >= maxPerAddress) {
      socket.destroy();
      return;
    }
    this.#perAddress.set(address, others + 1);
    this.#sockets.add(socket);
    const { browsers, proofMs } = this.#options;
    new IceTcpConnection(socket, proofMs, {
      datagram: (path, datagram) => browsers.receive(datagram, path, path.address, path.port),
      closed: path => {
        this.#sockets.delete(socket);
        const left = (this.#perAddress.get(address) ?? 1) - 1;
        if (left > 0) this.#perAddress.set(address, left);
        else this.#perAddress.delete(address);
        browsers.lose(path, path.address, path.port);
      },
    });
  }
}

/** A household has a /64 of IPv6 and may use any address of it. */
function neighbourhood(address: string): string {
  const bytes = addressBytes(address);
  return bytes.toString('hex', 0, Math.min(bytes.length, 8));
}
