// A TCP path on which a test can hold back what the far side sends, and hand it on as one segment: what happens by
// chance on a busy machine happens here on every run.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class HeldLink {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #near: Socket | undefined;
  #kept: Buffer[] | undefined;
  #last: string | undefined;

  /** A path from a port of 127.0.0.1 to `far`. */
  static async to(far: { readonly address: string; readonly port: number }): Promise<HeldLink> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HeldLink(server, far);
  }

  private constructor(
    server: Server,
    { address, port }: { readonly address: string; readonly port: number },
  ) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', near => {
      const far = connect({ host: address, port, noDelay: true });
      this.#near = near;
      near.pipe(far);
      far.on('data', chunk => {
        if (this.#kept) this.#kept.push(chunk);
        else near.write(chunk);
        if (this.#last && chunk.includes(this.#last)) this.hold();
      });
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => {});
        socket.once('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
      }
    });
  }

  /** Keeps what the far side sends from now on. */
  hold(): void {
    this.#kept ??= [];
  }

  /** Passes on what the far side sends up to the chunk with this text, and keeps what follows. */
  holdAfter(text: string): void {
    this.#last = text;
  }

  /** What is kept now. */
  get held(): string {
    return Buffer.concat(this.#kept ?? []).toString();
  }

  /** Hands on what was kept, in one piece, and keeps nothing more. */
  release(): void {
    if (this.#kept) this.#near?.write(Buffer.concat(this.#kept));
    this.#kept = undefined;
    this.#last = undefined;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
