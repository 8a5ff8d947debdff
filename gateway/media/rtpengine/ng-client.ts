// The control socket of one rtpengine: its ng protocol, as JSON over UDP (rtpengine's docs,
// ng_control_protocol.md). Every request has a cookie. rtpengine repeats the cookie in its answer and
// recognizes a repeated request by it. An answer with an unknown cookie is ignored. Must not depend on calls.

import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

export type NgReply = Readonly<Record<string, unknown>>;

/**
 * `refused`: nothing listens at the address. `silent`: no answer in time. `full`: too many requests are
 * pending. `error`: rtpengine answered with an error, which is the message.
 */
export class NgError extends Error {
  override readonly name = 'NgError';
  readonly kind: 'refused' | 'silent' | 'full' | 'error';

  constructor(kind: NgError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

export interface NgClientOptions {
  /** Host name or address, and the UDP port. */
  readonly host: string;
  readonly port: number;
  /** The time limit of an answer in milliseconds. Default 400. */
  readonly timeoutMs?: number;
}

interface PendingNgRequest {
  readonly text: string;
  readonly answered: (reply: NgReply) => void;
  readonly failed: (error: NgError) => void;
  readonly timers: NodeJS.Timeout[];
}

/** Milliseconds after the first sending at which a request is sent again, because a datagram may be lost. */
const repeats = [100, 250];
const maxOpen = 2000;

export class NgClient {
  readonly name: string;
  readonly #options: NgClientOptions;
  readonly #timeoutMs: number;
  readonly #open = new Map<string, PendingNgRequest>();
  #socket: Socket | undefined;
  #connected = false;
  #closed = false;
  #sent = 0;
  /** Late or unknown answers, and datagrams that are not answers. */
  late = 0;
  unreadable = 0;

  constructor(options: NgClientOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? 400;
    this.name = `${isIPv6(options.host) ? `[${options.host}]` : options.host}:${options.port}`;
  }

  /** Requests that wait for their answers. */
  get open(): number {
    return this.#open.size;
  }

  /** Resolves with the answer, whose `result` is ok or pong. @throws {NgError} */
  async request(command: string, fields: object = {}, timeoutMs = this.#timeoutMs): Promise<NgReply> {
    if (this.#closed) throw new NgError('refused', 'the client is closed');
    if (this.#open.size >= maxOpen) throw new NgError('full', `${maxOpen} requests are pending`);
    // Random: a host that cannot read the gateway's datagrams cannot forge an answer.
    const cookie = `${randomBytes(12).toString('hex')}${(this.#sent++).toString(36)}`;
    const text = `${cookie} ${JSON.stringify({ command, ...fields })}`;
    const reply = await new Promise<NgReply>((answered, failed) => {
      const pending: PendingNgRequest = { text, answered, failed, timers: [] };
      this.#open.set(cookie, pending);
      const fail = (error: NgError) => this.#settle(cookie)?.failed(error);
      pending.timers.push(
        setTimeout(() => fail(new NgError('silent', `no answer in ${timeoutMs} ms`)), timeoutMs),
        ...repeats.filter(ms => ms < timeoutMs).map(ms => setTimeout(() => this.#send(pending), ms)),
      );
      this.#send(pending);
    });
    const { result } = reply;
    if (result === 'ok' || result === 'pong') return reply;
    const reason = reply['error-reason'] ?? result;
    throw new NgError(
      'error',
      typeof reason === 'string' ? reason.slice(0, 200) : 'the answer has no result',
    );
  }

  close(): void {
    this.#closed = true;
    this.#drop(new NgError('refused', 'the client is closed'));
  }

  #send({ text }: PendingNgRequest): void {
    const socket = this.#socket ?? this.#begin();
    // Nothing can be sent before the name is resolved; pending requests are sent then.
    if (this.#connected) socket.send(text, () => {});
  }

  /**
   * Connected: the kernel then drops datagrams from other hosts and reports that nothing listens at the
   * address.
   */
  #begin(): Socket {
    const socket = createSocket({ type: isIPv6(this.#options.host) ? 'udp6' : 'udp4' });
    this.#socket = socket;
    this.#connected = false;
    // A name may resolve to another address by now: the next request resolves it again.
    const fail = (error: Error) => {
      if (this.#socket === socket) this.#drop(new NgError('refused', error.message));
    };
    socket.on('error', fail);
    socket.on('message', datagram => this.#take(datagram));
    socket.connect(this.#options.port, this.#options.host, (error?: Error) => {
      if (error) return fail(error);
      if (this.#socket !== socket) return;
      this.#connected = true;
      for (const pending of this.#open.values()) this.#send(pending);
    });
    return socket;
  }

  #take(datagram: Buffer): void {
    const text = datagram.toString();
    const space = text.indexOf(' ');
    const reply = space > 0 ? parsed(text.slice(space + 1)) : undefined;
    if (!reply) {
      this.unreadable++;
      return;
    }
    const pending = this.#settle(text.slice(0, space));
    if (pending) pending.answered(reply);
    else this.late++;
  }

  #settle(cookie: string): PendingNgRequest | undefined {
    const pending = this.#open.get(cookie);
    if (!pending) return undefined;
    this.#open.delete(cookie);
    for (const timer of pending.timers) clearTimeout(timer);
    return pending;
  }

  #drop(error: NgError): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#connected = false;
    try {
      socket?.close();
    } catch {
      // The socket was never open.
    }
    for (const cookie of [...this.#open.keys()]) this.#settle(cookie)?.failed(error);
  }
}

function parsed(text: string): NgReply | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as NgReply)
      : undefined;
  } catch {
    return undefined;
  }
}
