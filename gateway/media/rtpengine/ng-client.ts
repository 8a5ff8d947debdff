// One rtpengine's control socket: its ng protocol, as JSON over UDP (rtpengine's docs, ng_control_protocol.md).
// Every question has a cookie, which rtpengine repeats in its answer and by which it knows a repeated question; an
// answer under any other cookie is nobody's. Knows no calls.

import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

export type NgReply = Readonly<Record<string, unknown>>;

/**
 * `refused`: nobody listens there. `silent`: no answer in time. `full`: too many questions are open.
 * `error`: it answered that it cannot, in the words of the message.
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
  /** HOST or an address, and the UDP port. */
  readonly host: string;
  readonly port: number;
  /** An answer must be there in so many milliseconds. Default 400. */
  readonly patienceMs?: number;
}

interface Question {
  readonly text: string;
  readonly answered: (reply: NgReply) => void;
  readonly failed: (error: NgError) => void;
  readonly timers: NodeJS.Timeout[];
}

/** Milliseconds after a question was sent first at which it is sent again: a datagram may be lost. */
const repeats = [100, 250];
const maxOpen = 2000;

export class NgClient {
  readonly name: string;
  readonly #options: NgClientOptions;
  readonly #patienceMs: number;
  readonly #open = new Map<string, Question>();
  #socket: Socket | undefined;
  #connected = false;
  #closed = false;
  #asked = 0;
  /** Answers that nobody waits for any more, or never did; and datagrams that are no answers. */
  late = 0;
  unreadable = 0;

  constructor(options: NgClientOptions) {
    this.#options = options;
    this.#patienceMs = options.patienceMs ?? 400;
    this.name = `${isIPv6(options.host) ? `[${options.host}]` : options.host}:${options.port}`;
  }

  /** Questions that wait for their answers. */
  get open(): number {
    return this.#open.size;
  }

  /** Resolves with the answer, its `result` being ok or pong. @throws {NgError} */
  async ask(command: string, fields: object = {}, patienceMs = this.#patienceMs): Promise<NgReply> {
    if (this.#closed) throw new NgError('refused', 'the client is closed');
    if (this.#open.size >= maxOpen) throw new NgError('full', `${maxOpen} questions are open`);
    // Random: whoever cannot read our datagrams cannot answer them either.
    const cookie = `${randomBytes(12).toString('hex')}${(this.#asked++).toString(36)}`;
    const text = `${cookie} ${JSON.stringify({ command, ...fields })}`;
    const reply = await new Promise<NgReply>((answered, failed) => {
      const question: Question = { text, answered, failed, timers: [] };
      this.#open.set(cookie, question);
      const give = (error: NgError) => this.#settle(cookie)?.failed(error);
      question.timers.push(
        setTimeout(() => give(new NgError('silent', `no answer in ${patienceMs} ms`)), patienceMs),
        ...repeats.filter(ms => ms < patienceMs).map(ms => setTimeout(() => this.#send(question), ms)),
      );
      this.#send(question);
    });
    const { result } = reply;
    if (result === 'ok' || result === 'pong') return reply;
    const reason = reply['error-reason'] ?? result;
    throw new NgError(
      'error',
      typeof reason === 'string' ? reason.slice(0, 200) : 'it answers with no result',
    );
  }

  close(): void {
    this.#closed = true;
    this.#drop(new NgError('refused', 'the client is closed'));
  }

  #send({ text }: Question): void {
    const socket = this.#socket ?? this.#begin();
    // Until its name is looked up, nothing can be sent; what waits is sent then.
    if (this.#connected) socket.send(text, () => {});
  }

  /** Connected: the kernel then lets nobody else's datagrams in, and tells when nobody listens there. */
  #begin(): Socket {
    const socket = createSocket({ type: isIPv6(this.#options.host) ? 'udp6' : 'udp4' });
    this.#socket = socket;
    this.#connected = false;
    // A name may lead elsewhere by now: the next question looks it up anew.
    const gone = (error: Error) => {
      if (this.#socket === socket) this.#drop(new NgError('refused', error.message));
    };
    socket.on('error', gone);
    socket.on('message', datagram => this.#take(datagram));
    socket.connect(this.#options.port, this.#options.host, (error?: Error) => {
      if (error) return gone(error);
      if (this.#socket !== socket) return;
      this.#connected = true;
      for (const question of this.#open.values()) this.#send(question);
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
    const question = this.#settle(text.slice(0, space));
    if (question) question.answered(reply);
    else this.late++;
  }

  #settle(cookie: string): Question | undefined {
    const question = this.#open.get(cookie);
    if (!question) return undefined;
    this.#open.delete(cookie);
    for (const timer of question.timers) clearTimeout(timer);
    return question;
  }

  #drop(error: NgError): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#connected = false;
    try {
      socket?.close();
    } catch {
      // It never came to be open.
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
