// An application that writes its frames itself, as drachtio-srf would or would not.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { FrameReader } from '../../../../gateway/engine/drachtio/framing.ts';
import type { Engine } from '../../../../gateway/engine/engine.ts';
import { secret } from './testbed.ts';

export class RawApp {
  readonly socket: Socket;
  readonly #frames: string[] = [];
  #arrived: (() => void) | undefined;

  /** For a connected socket, whichever side opened it. */
  constructor(socket: Socket) {
    this.socket = socket;
    const reader = new FrameReader(payload => {
      this.#frames.push(payload.toString());
      this.#arrived?.();
    });
    socket.on('data', chunk => reader.push(chunk));
    socket.on('error', () => {});
  }

  static async connect(engine: Engine): Promise<RawApp> {
    const socket = connect(engine.admin.port, engine.admin.address);
    await once(socket, 'connect');
    return new RawApp(socket);
  }

  static async authenticated(engine: Engine, ...verbs: string[]): Promise<RawApp> {
    return await RawApp.tagged(engine, '', ...verbs);
  }

  static async tagged(engine: Engine, tags: string, ...verbs: string[]): Promise<RawApp> {
    const app = await RawApp.connect(engine);
    app.send(`1|authenticate|${secret}|${tags}`);
    assert.match(await app.frame(), /\|response\|1\|OK\|/);
    for (const verb of verbs) {
      app.send(`r|route|${verb}`);
      assert.match(await app.frame(), /\|response\|r\|OK$/);
    }
    return app;
  }

  send(payload: string): void {
    this.socket.write(`${Buffer.byteLength(payload)}#${payload}`);
  }

  /** The next frame, in the order of arrival. */
  async frame(): Promise<string> {
    while (this.#frames.length === 0) await new Promise<void>(resolve => (this.#arrived = resolve));
    return this.#frames.shift()!;
  }

  /** Frames that have arrived and are unread. */
  get unread(): readonly string[] {
    return this.#frames;
  }

  /** A request or response as drachtio-srf writes it. */
  sip(fields: string, ...lines: string[]): void {
    this.send(`m|sip|${fields}\r\n${lines.join('\r\n')}\r\n\r\n`);
  }

  /** Answers the request of this frame. */
  answer(frame: string, status: string, ...headers: string[]): void {
    this.sip(`${frame.split('|')[8]}|`, `SIP/2.0 ${status}`, ...headers);
  }
}
