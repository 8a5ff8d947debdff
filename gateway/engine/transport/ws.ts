// SIP over a WebSocket that the edge has already accepted (RFC 7118): one message per frame. The edge handles the
// upgrade, size limits, rates and pings.

import { isUtf8 } from 'node:buffer';
import type { RawData, WebSocket } from 'ws';
import type { Endpoint, Flow, FlowUser } from './transport.ts';
import { TransportError } from './transport-error.ts';

const QUEUED_BYTES = 256 * 1024;
/** Time limit for the browser's closing handshake. */
const CLOSE_MS = 2_000;

export interface WebSocketOptions {
  /** Our end of the connection, for Via and Contact. Default: this machine's address toward the peer. */
  readonly local?: Endpoint;
  /** Names the connection for `onMalformed`. */
  readonly label?: string;
  /** Changes each message before it is parsed. */
  readonly rewrite?: (message: Buffer) => Buffer;
}

export function acceptWebSocket(
  socket: WebSocket,
  remote: Endpoint,
  secure: boolean,
  user: FlowUser,
  options: WebSocketOptions & { readonly local: Endpoint },
): Flow {
  return new WebSocketFlow(socket, remote, secure, user, options);
}

class WebSocketFlow implements Flow {
  readonly transport: 'ws' | 'wss';
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly reliable = true;
  readonly label: string | undefined;
  readonly #rewrite: (message: Buffer) => Buffer;
  readonly #socket: WebSocket;
  readonly #user: FlowUser;
  #error: Error | undefined;
  /** RFC 7118 4.2 allows text and binary frames. The answer uses the same kind as the peer. */
  #speaksBinary = false;

  constructor(
    socket: WebSocket,
    remote: Endpoint,
    secure: boolean,
    user: FlowUser,
    { local, label, rewrite = message => message }: WebSocketOptions & { readonly local: Endpoint },
  ) {
    this.transport = secure ? 'wss' : 'ws';
    this.label = label;
    this.#rewrite = rewrite;
    this.local = local;
    this.remote = remote;
    this.#socket = socket;
    this.#user = user;
    socket.on('message', (data, isBinary) => void user.guard(() => this.#receive(data, isBinary)));
    socket.on('error', error => {
      this.#error ??= error;
    });
    socket.on('close', code => {
      // 1006: no closing handshake, so the last messages may be lost.
      if (code === 1006)
        this.#error ??= new TransportError('EABORTED', 'the WebSocket closed without a handshake');
      user.flowClosed(this, this.#error);
    });
  }

  get closed(): boolean {
    return this.#socket.readyState !== this.#socket.OPEN;
  }

  send(message: Buffer): void {
    if (this.closed) return;
    // A text frame must be UTF-8 (RFC 6455 5.6). A message with a binary body is not.
    this.#socket.send(message, { binary: this.#speaksBinary || !isUtf8(message) }, error => {
      if (error != null) this.#error ??= error;
    });
    if (this.#socket.bufferedAmount > QUEUED_BYTES) {
      this.#error ??= new TransportError('ESTALLED', 'the peer does not read');
      this.#socket.terminate();
    }
  }

  close(): void {
    if (this.closed) return;
    this.#socket.close(1000);
    const deadline = setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref();
    this.#socket.once('close', () => clearTimeout(deadline));
  }

  #receive(data: RawData, isBinary: boolean): void {
    const message = toBuffer(data);
    if (isBlank(message)) {
      // RFC 5626 3.5.1, which browsers' stacks also use over WebSocket: CRLFCRLF is the ping, CRLF the pong.
      if (message.length === 4) this.send(Buffer.from('\r\n'));
      return;
    }
    this.#speaksBinary = isBinary;
    this.#user.received(this.#rewrite(message), this);
  }
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

function isBlank(message: Buffer): boolean {
  return message.length <= 4 && message.every(byte => byte === 0x0d || byte === 0x0a);
}
