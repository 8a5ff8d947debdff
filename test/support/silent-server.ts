// An address that is there and says nothing: the black hole that a dead server behind a firewall is.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export class SilentServer {
  readonly #socket: Socket;
  /** First lines of what came. */
  readonly received: string[] = [];

  static async start(address: string, port = 5060): Promise<SilentServer> {
    const socket = createSocket('udp4').bind(port, address);
    await once(socket, 'listening');
    return new SilentServer(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', message => this.received.push(message.toString('latin1').split('\r\n', 1)[0] ?? ''));
  }

  async stop(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }
}
