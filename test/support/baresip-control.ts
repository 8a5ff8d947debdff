// baresip's remote control, ctrl_tcp: JSON in netstrings, commands with tokens one way, responses and events back.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface BaresipEvent {
  readonly event: true;
  /** CALL_INCOMING, CALL_RINGING, CALL_ESTABLISHED, CALL_CLOSED, REGISTER_OK and others. */
  readonly type: string;
  /** `sip:105@127.0.0.4`: which account it is about. */
  readonly accountaor?: string;
  readonly param?: string;
}

interface Response {
  readonly response: true;
  readonly ok: boolean;
  readonly data: string;
  readonly token: string;
}

export class BaresipControl {
  readonly #socket: Socket;
  readonly #waiting = new Map<string, (response: Response) => void>();
  readonly #listener: (event: BaresipEvent) => void;
  #received = Buffer.alloc(0);
  #commands = 0;

  static async connect(
    address: string,
    port: number,
    listener: (event: BaresipEvent) => void,
  ): Promise<BaresipControl> {
    const socket = connect(port, address);
    await once(socket, 'connect');
    return new BaresipControl(socket, listener);
  }

  private constructor(socket: Socket, listener: (event: BaresipEvent) => void) {
    this.#socket = socket;
    this.#listener = listener;
    socket.on('data', data => this.#take(data));
    // baresip's end is told by its process.
    socket.on('error', () => {});
  }

  /** Resolves with what the command printed; rejects when baresip refuses it. */
  async command(command: string, params = ''): Promise<string> {
    const token = String(++this.#commands);
    const text = JSON.stringify({ command, params, token });
    const response = await new Promise<Response>(resolve => {
      this.#waiting.set(token, resolve);
      this.#socket.write(`${Buffer.byteLength(text)}:${text},`);
    });
    if (!response.ok) throw new Error(`baresip refuses ${command} ${params}: ${response.data}`);
    return response.data;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data]);
    for (;;) {
      const colon = this.#received.indexOf(':');
      if (colon < 0) return;
      const end = colon + 1 + Number(this.#received.toString('latin1', 0, colon));
      if (this.#received.length <= end) return;
      const message = JSON.parse(this.#received.toString('utf8', colon + 1, end)) as BaresipEvent | Response;
      this.#received = this.#received.subarray(end + 1);
      if ('event' in message) this.#listener(message);
      else {
        this.#waiting.get(message.token)?.(message);
        this.#waiting.delete(message.token);
      }
    }
  }
}
