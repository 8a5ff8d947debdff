// A flow over one TCP or TLS connection (RFC 3261 18.3, RFC 5626 3.5.1): framing, keep-alive pings, deadlines and the
// limit of unsent data. Must not depend on how the connection was opened.

import type { Socket } from 'node:net';
import { StreamFramer } from '../message/framer.ts';
import { canonicalAddress } from './endpoint.ts';
import { KeepAlive } from './keep-alive.ts';
import type { StreamLimits } from './stream-limits.ts';
import type { Endpoint, Flow, FlowUser } from './transport.ts';
import { TransportError, type TransportErrorCode } from './transport-error.ts';

const PONG = Buffer.from('\r\n');

export class StreamFlow implements Flow {
  readonly transport: 'tcp' | 'tls';
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly reliable = true;
  readonly ours: boolean;
  known = false;
  unreadable: string | undefined;
  readonly #socket: Socket;
  readonly #user: FlowUser;
  readonly #limits: StreamLimits;
  readonly #framer: StreamFramer;
  #closed = false;
  #error: Error | undefined;
  #stall: NodeJS.Timeout | undefined;
  #quiet: NodeJS.Timeout | undefined;
  readonly #keepAlive: KeepAlive | undefined;

  /** Takes over a connected socket. `ours` if we opened the connection. */
  constructor(transport: 'tcp' | 'tls', socket: Socket, user: FlowUser, limits: StreamLimits, ours: boolean) {
    this.transport = transport;
    this.ours = ours;
    this.#socket = socket;
    this.#user = user;
    this.#limits = limits;
    this.#framer = new StreamFramer(limits.message);
    this.local = endpoint(socket.localAddress, socket.localPort);
    this.remote = endpoint(socket.remoteAddress, socket.remotePort);
    if (ours) {
      const kept = {
        write: (bytes: Buffer) => this.#write(bytes),
        idle: () => this.close(),
        lost: () => this.#abort('ETIMEDOUT', 'the peer stopped answering keep-alives'),
      };
      this.#keepAlive = new KeepAlive(kept, limits);
    }
    socket.setNoDelay(true);
    socket.setTimeout(limits.idleMs, () => this.close());
    socket.on('data', chunk => {
      // Bytes after unreadable bytes cannot be read either.
      if (!user.guard(() => this.#receive(chunk)))
        this.#abort('EFRAMING', 'internal error while the bytes were processed');
    });
    // The peer will send nothing more. Half-open connections are useless in SIP.
    socket.on('end', () => this.#shutDown());
    socket.on('error', error => this.#close(error));
    if (!ours) this.#awaitMessage(limits.messageMs);
    socket.on('close', () => {
      this.#close();
      user.flowClosed(this, this.#error);
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(message: Buffer): void {
    this.#keepAlive?.used();
    this.#write(message);
  }

  close(): void {
    if (!this.#closed) this.#shutDown();
  }

  #write(message: Buffer): void {
    if (this.#closed) return;
    this.#socket.write(message);
    if (this.#socket.writableLength > this.#limits.queuedBytes) {
      this.#abort('ESTALLED', 'the peer does not read');
    }
  }

  /**
   * Sends what is queued, within a time limit that further bytes do not extend: otherwise a peer could keep the socket
   * forever.
   */
  #shutDown(): void {
    this.#close();
    this.#socket.end();
    const deadline = setTimeout(() => this.#socket.destroy(), this.#limits.closeMs).unref();
    this.#socket.once('close', () => clearTimeout(deadline));
  }

  #receive(chunk: Buffer): void {
    if (this.#closed) return;
    const { messages, pinged, error } = this.#framer.push(chunk);
    if (pinged) this.#write(PONG);
    this.#keepAlive?.heard(messages.length === 0 && !this.#framer.partial);
    if (messages.length > 0) this.#keepAlive?.used();
    this.#watchStall(messages.length > 0);
    for (const message of messages) if (!this.#closed) this.#user.received(message, this);
    if (messages.length > 0 && !this.ours && !this.#closed) this.#awaitMessage(this.#limits.quietMs);
    if (error !== undefined) this.#abort('EFRAMING', error);
  }

  /** On a connection that a peer opened, a message must arrive within `ms`. Keep-alives do not count. */
  #awaitMessage(ms: number | undefined): void {
    clearTimeout(this.#quiet);
    if (ms !== undefined && !this.known) this.#quiet = setTimeout(() => this.#closeQuiet(), ms).unref();
  }

  #closeQuiet(): void {
    if (this.#framer.partial) this.#abort('ESTALLED', 'the peer left a message unfinished');
    else this.close();
  }

  /** A message must be complete within a time limit that further bytes do not extend. */
  #watchStall(progressed: boolean): void {
    if (progressed || !this.#framer.partial) {
      clearTimeout(this.#stall);
      this.#stall = undefined;
    }
    if (this.#framer.partial) {
      this.#stall ??= setTimeout(
        () => this.#abort('ESTALLED', 'the peer left a message unfinished'),
        this.#limits.messageMs,
      ).unref();
    }
  }

  #abort(code: TransportErrorCode, message: string): void {
    if (this.#closed) return;
    const error = new TransportError(code, message);
    this.#close(error);
    this.#socket.destroy();
  }

  #close(error?: Error): void {
    this.#closed = true;
    this.#error ??= error;
    clearTimeout(this.#stall);
    this.#stall = undefined;
    clearTimeout(this.#quiet);
    this.#keepAlive?.stop();
  }
}

function endpoint(address: string | undefined, port: number | undefined): Endpoint {
  return { address: canonicalAddress(address ?? ''), port: port ?? 0 };
}
