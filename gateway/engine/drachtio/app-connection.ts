// One application's connection: frames in, frames out, and what it has told about itself.
// Writes are gathered for one turn of the event loop, since each costs a system call.

import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Owner } from '../dialog/dialog.ts';
import { FrameReader, frameHead, maxFrameBytes } from './framing.ts';

/** A frame from an application, taken apart. */
export interface AppFrame {
  readonly id: string;
  readonly verb: string;
  /** What follows the verb on the first line. */
  readonly fields: readonly string[];
  /** The SIP message, if there is one. */
  readonly message: Buffer | undefined;
}

/** Who is told what a connection brings. */
export interface AppConnectionUser {
  framed(connection: AppConnection, frame: AppFrame): void;
  closed(connection: AppConnection): void;
}

/** What may come in one frame before the secret was shown, in bytes. */
const maxStrangersFrame = 2048;

/** An application that reads no more is cut off here, in bytes. */
const maxUnread = 64 * 1024 * 1024;
const CR = 0x0d;

export class AppConnection implements Owner {
  authenticated = false;
  tags: readonly string[] = [];
  /** Methods and cdr events in lower case. A set: drachtio-srf repeats every route at each new one. */
  readonly routes = new Set<string>();
  /** When it was last given something, by method or tag; counted in turns. */
  readonly served = new Map<string, number>();
  closed = false;
  /** Whoever waits for the application to show its secret. */
  onAuthenticated: (() => void) | undefined;
  readonly #socket: Socket;
  readonly #user: AppConnectionUser;
  #corked = false;
  readonly #ended: Promise<void>;

  constructor(socket: Socket, user: AppConnectionUser) {
    this.#socket = socket;
    this.#user = user;
    const reader = new FrameReader(
      payload => this.#framed(payload),
      () => (this.authenticated ? maxFrameBytes : maxStrangersFrame),
    );
    socket.setNoDelay(true);
    socket.on('data', chunk => {
      if (reader.push(chunk) !== undefined) this.close();
    });
    socket.on('error', () => {});
    this.#ended = new Promise(resolve => {
      socket.on('close', () => {
        this.closed = true;
        this.#user.closed(this);
        resolve();
      });
    });
  }

  /** Answers a frame: `OK`, `NO` or `NOK` first among the fields. */
  reply(frame: AppFrame, fields: string, message?: Buffer): void {
    this.send(`response|${frame.id}|${fields}`, message);
  }

  send(fields: string, message?: Buffer): void {
    if (this.closed) return;
    const socket = this.#socket;
    if (!this.#corked) {
      this.#corked = true;
      socket.cork();
      setImmediate(this.#flush);
    }
    socket.write(frameHead(`${randomUUID()}|${fields}`, message));
    if (message !== undefined) socket.write(message);
    if (socket.writableLength > maxUnread) socket.destroy();
  }

  /** Hangs up at once. */
  destroy(): void {
    this.closed = true;
    this.#socket.destroy();
  }

  /** Sends what is waiting and hangs up; resolves when the connection is gone. */
  close(): Promise<void> {
    this.#socket.destroySoon();
    return this.#ended;
  }

  readonly #flush = (): void => {
    this.#corked = false;
    this.#socket.uncork();
  };

  #framed(payload: Buffer): void {
    if (this.closed) return;
    const lineEnd = payload.indexOf(CR);
    const line = payload.toString('utf8', 0, lineEnd === -1 ? payload.length : lineEnd);
    const [id = '', verb = '', ...fields] = line.split('|');
    const message = lineEnd === -1 ? undefined : payload.subarray(lineEnd + 2);
    this.#user.framed(this, { id, verb, fields, message });
  }
}
