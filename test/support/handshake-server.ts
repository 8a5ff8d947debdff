// A server of drachtio's protocol that gets no further than the handshake: it answers every `authenticate` as
// it is told, and nothing else.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export class HandshakeServer {
  /** The fields of the answer, such as `NO|incorrect secret`; undefined says nothing. */
  answer: string | undefined;
  /** How often it was asked. */
  asked = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(answer: string | undefined) {
    this.answer = answer;
    this.#server = createServer(socket => this.#accept(socket));
  }

  static async start(answer: string | undefined): Promise<HandshakeServer> {
    const server = new HandshakeServer(answer);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Sends frames, in one segment, to all who are connected. */
  say(...frames: readonly string[]): void {
    const text = frames.map(frame => `${Buffer.byteLength(frame)}#${frame}`).join('');
    for (const socket of this.#sockets) socket.write(text);
  }

  /** Ends every connection. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.hangUp();
    this.#server.close();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', bytes => {
      const id = /#([^|]+)\|authenticate\|/.exec(bytes.toString())?.[1];
      if (id === undefined) return;
      this.asked++;
      if (this.answer === undefined) return;
      const frame = `answer|response|${id}|${this.answer}`;
      socket.write(`${Buffer.byteLength(frame)}#${frame}`);
      if (this.answer.startsWith('NO')) socket.end();
    });
  }
}
