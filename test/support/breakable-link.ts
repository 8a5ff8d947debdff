// A TCP path that can be cut like a cable: the visitor's way to the gateway in stories where it is lost.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { eventually } from './eventually.ts';

export class BreakableLink {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cut = false;
  /** Answers since it was last cut. */
  #answered = 0;

  /** A way from a port of `address` to the HTTP server at `url`. */
  static async to(url: string, address: string): Promise<BreakableLink> {
    const server = createServer();
    server.listen(0, address);
    await once(server, 'listening');
    return new BreakableLink(server, new URL(url), address);
  }

  private constructor(server: Server, target: URL, address: string) {
    this.#server = server;
    this.url = `http://${address}:${(server.address() as AddressInfo).port}`;
    server.on('connection', near => {
      if (this.#cut) return void near.destroy();
      const far = connect(Number(target.port), target.hostname);
      far.on('data', () => this.#answered++);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket);
        socket.pipe(other);
        socket.on('error', () => {});
        socket.once('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
      }
    });
  }

  /** Loses all connections, and lets no new one through. */
  cut(): void {
    this.#cut = true;
    this.#answered = 0;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  mend(): void {
    this.#cut = false;
  }

  /** Resolves once a connection is open through it and bytes came back. */
  async used(): Promise<void> {
    await eventually('the link is used again', () => !this.#cut && this.#answered > 0, { within: 40_000 });
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
