// A UDP socket that speaks the ng protocol as the current test configures it.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { TestContext } from 'node:test';

export interface NgRequest {
  readonly cookie: string;
  readonly message: Readonly<Record<string, unknown>>;
  answer(reply: object, cookie?: string): void;
  raw(text: string): void;
}

export class NgPeer {
  readonly received: NgRequest[] = [];
  /** Answers pings and all other requests with ok, unless replaced. */
  onRequest: (request: NgRequest) => void = ({ answer, message }) =>
    answer({ result: message.command === 'ping' ? 'pong' : 'ok' });
  readonly #socket: Socket;

  static async open(context: TestContext, port = 0): Promise<NgPeer> {
    const socket = createSocket('udp4');
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
    const peer = new NgPeer(socket);
    context.after(() => peer.close());
    return peer;
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (datagram, from) => {
      const text = String(datagram);
      const space = text.indexOf(' ');
      const raw = (reply: string) => socket.send(reply, from.port, from.address);
      const request: NgRequest = {
        cookie: text.slice(0, space),
        message: JSON.parse(text.slice(space + 1)),
        answer: (reply, cookie = text.slice(0, space)) => raw(`${cookie} ${JSON.stringify(reply)}`),
        raw,
      };
      this.received.push(request);
      this.onRequest(request);
    });
  }

  get server(): { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: this.#socket.address().port };
  }

  /** Without repetitions: on a busy machine a request is repeated before it is received. */
  get requests(): NgRequest[] {
    return this.received.filter(
      ({ cookie }, index) => this.received.findIndex(other => other.cookie === cookie) === index,
    );
  }

  commands(command: string): NgRequest[] {
    return this.requests.filter(({ message }) => message.command === command);
  }

  #closed = false;
  close(): void {
    if (!this.#closed) this.#socket.close();
    this.#closed = true;
  }
}
