// Marionette, Firefox's own remote protocol: `LENGTH:JSON` over TCP, [0, id, command, parameters] one way and
// [1, id, error, result] back. Firefox from Debian speaks it without any driver beside it.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

type Reply = [1, number, { error: string; message: string } | null, unknown];

export class Marionette {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #received = Buffer.alloc(0);
  #commands = 0;

  static async connect(port: number): Promise<Marionette> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Marionette(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', data => this.#take(data));
    // A command that is under way when Firefox goes is bounded by the story's own time.
    socket.on('error', () => {});
  }

  /** Resolves with the command's result, out of its `value` when that is all there is. */
  async command<T>(name: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const id = ++this.#commands;
    const text = JSON.stringify([0, id, name, parameters]);
    const [, , error, result] = await new Promise<Reply>(resolve => {
      this.#waiting.set(id, resolve);
      this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
    if (error) throw new Error(`Firefox refuses ${name}: ${error.error}: ${error.message}`);
    const wrapped = typeof result === 'object' && result !== null && 'value' in result;
    return (wrapped ? result.value : result) as T;
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
      if (this.#received.length < end) return;
      const message = JSON.parse(this.#received.toString('utf8', colon + 1, end)) as
        | Reply
        | { applicationType: string };
      this.#received = this.#received.subarray(end);
      if (!Array.isArray(message)) continue; // the greeting
      this.#waiting.get(message[1])?.(message);
      this.#waiting.delete(message[1]);
    }
  }
}
