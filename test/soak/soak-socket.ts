// A UDP socket of the soak's peers, at the end of a lossy link, and SIP as text: written by templates and
// read by regular expressions, so that the peers share no code with the engine.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { LossyLink } from './lossy-link.ts';

export interface Plain {
  /** Undefined for a request. */
  readonly status: number | undefined;
  /** Of the CSeq. */
  readonly method: string;
  readonly cseq: number;
  readonly text: string;
}

export const sdp =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

export function field(text: string, name: string): string {
  return new RegExp(`^${name}: *(.*)$`, 'im').exec(text)?.[1]?.trim() ?? '';
}

/** The URI of a request, or of a Contact. */
export function uriOf(value: string): string {
  return /<([^>]*)>/.exec(value)?.[1] ?? value;
}

export class SoakSocket {
  readonly port: number;
  readonly #socket: Socket;
  readonly #link: LossyLink;
  #closed = false;
  /** Called for every datagram, with whether it crossed the link. */
  onFate: (text: string, arrived: boolean) => void = () => {};

  private constructor(socket: Socket, link: LossyLink, received: (message: Plain, callId: string) => void) {
    this.#socket = socket;
    this.#link = link;
    this.port = socket.address().port;
    socket.on('message', bytes => {
      const text = bytes.toString('latin1');
      this.onFate(
        text,
        link.carry(() => this.#read(text, received)),
      );
    });
  }

  static async open(
    link: LossyLink,
    received: (message: Plain, callId: string) => void,
  ): Promise<SoakSocket> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new SoakSocket(socket, link, received);
  }

  send(text: string, port: number): void {
    const arrived = this.#link.carry(() => {
      if (!this.#closed) this.#socket.send(text, port, '127.0.0.1');
    });
    this.onFate(text, arrived);
  }

  /** A response with the copied fields of the request; To gets `tag` when it has none. */
  respond(request: Plain, status: string, tag: string, body = ''): string {
    const { text } = request;
    const head = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n');
    const copied = head.filter(line => /^(via|from|call-id|cseq|record-route):/i.test(line));
    const to = field(text, 'To');
    return [
      `SIP/2.0 ${status}`,
      ...copied,
      `To: ${to.includes(';tag=') ? to : `${to};tag=${tag}`}`,
      ...this.ending(body),
    ].join('\r\n');
  }

  /** Contact, Content-Type and Content-Length, the blank line and the body. */
  ending(body: string): string[] {
    return [
      `Contact: <sip:soak@127.0.0.1:${this.port}>`,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
      '',
      body,
    ];
  }

  close(): void {
    this.#closed = true;
    this.#socket.close();
  }

  #read(text: string, received: (message: Plain, callId: string) => void): void {
    if (this.#closed) return;
    const status = /^SIP\/2.0 (\d{3})/.exec(text)?.[1];
    const [cseq = '0', method = ''] = field(text, 'CSeq').split(' ');
    const message = {
      status: status === undefined ? undefined : Number(status),
      method,
      cseq: Number(cseq),
      text,
    };
    received(message, field(text, 'Call-ID'));
  }
}

/** Repeats a message, as RFC 3261 17.1 does, until stopped. */
export class Repeater {
  #timer: NodeJS.Timeout | undefined;
  readonly #say: () => void;
  readonly #cap: number;

  constructor(say: () => void, t1: number, cap: number) {
    this.#say = say;
    this.#cap = cap;
    this.#again(t1);
    say();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #again(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#again(Math.min(ms * 2, this.#cap));
      this.#say();
    }, ms);
  }
}
