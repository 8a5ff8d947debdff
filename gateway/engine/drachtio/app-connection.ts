// The connection of one application: frames in, frames out, and its routes and tags. Writes are collected for one turn
// of the event loop, because each write costs a system call.

import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Owner } from '../dialog/dialog.ts';
import { FrameReader, frameHead, maxFrameBytes } from './framing.ts';

/** A parsed frame from an application. */
export interface AppFrame {
  readonly id: string;
  readonly verb: string;
  /** The fields after the verb on the first line. */
  readonly fields: readonly string[];
  /** The SIP message, if there is one. */
  readonly message: Buffer | undefined;
}

/** Receives the events of a connection. */
export interface AppConnectionUser {
  framed(connection: AppConnection, frame: AppFrame): void;
  closed(connection: AppConnection): void;
}

/** Limit of a frame before authentication, in bytes. */
const maxUnauthenticatedFrame = 2048;

/** An application that does not read is disconnected at this amount of unsent data, in bytes. */
const maxUnread = 64 * 1024 * 1024;
const CR = 0x0d;

export class AppConnection implements Owner {
  authenticated = false;
  tags: readonly string[] = [];
  /** Methods and cdr events in lower case. A set, because drachtio-srf repeats every route when it adds one. */
  readonly routes = new Set<string>();
  /** The turn in which the connection last got a request, by method or tag. */
  readonly served = new Map<string, number>();
  closed = false;
  /** Called when the application has authenticated. */
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
      () => (this.authenticated ? maxFrameBytes : maxUnauthenticatedFrame),
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

  /** Answers a frame. The first field is `OK`, `NO` or `NOK`. */
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

  /** Closes the connection immediately. */
  destroy(): void {
    this.closed = true;
    this.#socket.destroy();
  }

  /** Sends what is queued and closes. Resolves when the connection is closed. */
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
