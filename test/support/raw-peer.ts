// A SIP peer under the test's thumb: sends what it is told, and hands over what arrives, in order.
// One over WebSocket stands for a browser, one over UDP for a PBX.

import { createSocket } from 'node:dgram';
import { type EventEmitter, once } from 'node:events';
import { WebSocket } from 'ws';
import type { SipMessage, SipRequest, SipResponse } from '../../gateway/engine/message/message.ts';
import { parseMessage } from '../../gateway/engine/message/parse.ts';
import { PATIENCE_MS } from './eventually.ts';

/** Resolves when the socket is closed; an error before that, such as a reset connection, is no failure of the test. */
const ending = (socket: EventEmitter) =>
  new Promise<unknown[]>(resolve => socket.once('close', (...how) => resolve(how)));

type Wanted<T extends SipMessage> = (message: SipMessage) => message is T;

/** A reader of something that has not arrived yet. */
interface Waiting {
  readonly wants: (message: SipMessage) => boolean;
  readonly take: (message: SipMessage) => void;
  readonly fail: (why: string) => void;
}

export class RawPeer {
  /** What arrived and was not asked for yet. */
  readonly inbox: SipMessage[] = [];
  /** All that ever arrived, as it came. */
  readonly received: Buffer[] = [];
  readonly address: string;
  readonly port: number;
  /** Resolves when its socket is closed, by whomever. */
  readonly closed: Promise<unknown>;
  readonly #send: (message: string | Buffer) => void;
  readonly #end: () => void;
  #localPort: number;
  #cseq = 1;
  #waiting: Waiting[] = [];

  private constructor(
    address: string,
    port: number,
    localPort: number,
    send: (message: string | Buffer) => void,
    end: () => void,
    closed: Promise<unknown>,
  ) {
    this.closed = closed;
    this.address = address;
    this.port = port;
    this.#localPort = localPort;
    this.#send = send;
    this.#end = end;
  }

  /** A browser: a WebSocket into the gateway, from a page of `origin`; `shown` is its right to enter, if any. */
  static async browser(gatewayUrl: string, origin: string, shown: readonly string[] = []): Promise<RawPeer> {
    const socket = new WebSocket(`${gatewayUrl.replace('http', 'ws')}/sip`, ['sip', ...shown], { origin });
    // It listens from the start: the first messages may come with the answer to the upgrade.
    const peer = RawPeer.over(socket);
    const [{ socket: connection }] = await once(socket, 'upgrade');
    peer.#localPort = connection.localPort;
    if (socket.readyState !== WebSocket.OPEN) await once(socket, 'open');
    return peer;
  }

  /** The same over a WebSocket of the test's own. */
  static over(socket: WebSocket): RawPeer {
    const peer = new RawPeer(
      'browser.invalid',
      0,
      0,
      text => socket.send(text),
      () => socket.terminate(),
      ending(socket),
    );
    socket.on('message', data => peer.#received(Buffer.from(data as Buffer)));
    socket.on('error', () => {});
    return peer;
  }

  /** A PBX: a UDP socket; it answers to wherever the last message came from. */
  static async pbx(address: string, port = 0): Promise<RawPeer> {
    const socket = createSocket('udp4');
    socket.bind(port, address);
    await once(socket, 'listening');
    let remote = { address, port: 0 };
    let open = true;
    const peer = new RawPeer(
      address,
      socket.address().port,
      socket.address().port,
      text => socket.send(text, remote.port, remote.address),
      () => {
        // A test may have ended it before its end does.
        if (open) socket.close();
        open = false;
      },
      ending(socket),
    );
    socket.on('message', (bytes, from) => {
      remote = from;
      peer.#received(bytes);
    });
    return peer;
  }

  /** Any SIP client: a UDP socket that sends to one place, from whichever of its addresses it likes. */
  static async client(address: string, port: number, from?: string): Promise<RawPeer> {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    if (from) socket.bind(0, from);
    socket.connect(port, address);
    await once(socket, 'connect');
    const peer = new RawPeer(
      address,
      socket.address().port,
      socket.address().port,
      text => socket.send(text),
      () => socket.close(),
      ending(socket),
    );
    socket.on('message', bytes => peer.#received(bytes));
    return peer;
  }

  /** Our own end of its connection or socket. */
  get localPort(): number {
    return this.#localPort;
  }

  /** Rejects what still waits for a message, so that no timer is left. */
  readonly close = (): void => {
    for (const { fail } of this.#waiting) fail('before it was closed');
    this.#waiting = [];
    this.#end();
  };

  send(message: string | Buffer): void {
    this.#send(message);
  }

  /** The next request of that method; those that came before it stay in the inbox. */
  request(method: string): Promise<SipRequest> {
    const wants: Wanted<SipRequest> = (message): message is SipRequest =>
      message.kind === 'request' && message.method === method;
    return this.#next(wants, method);
  }

  /** The next response of that status to that method. */
  response(status: number, method = 'INVITE'): Promise<SipResponse> {
    const wants: Wanted<SipResponse> = (message): message is SipResponse =>
      message.kind === 'response' &&
      message.status === status &&
      message.headers.get('CSeq')?.endsWith(method) === true;
    return this.#next(wants, `${status} to ${method}`);
  }

  /** The status of the next final response to an INVITE. */
  async final(): Promise<number> {
    return (await this.finalResponse()).status;
  }

  /** The next final response to an INVITE. */
  finalResponse(): Promise<SipResponse> {
    const wants: Wanted<SipResponse> = (message): message is SipResponse =>
      message.kind === 'response' &&
      message.status >= 200 &&
      message.headers.get('CSeq')?.endsWith('INVITE') === true;
    return this.#next(wants, 'final response');
  }

  /** Answers a request that this peer received. */
  respond(
    request: SipRequest,
    status: string,
    more: {
      body?: string;
      /** Of the body; SDP unless told. */
      type?: string;
      tag?: string;
      contact?: string;
      headers?: readonly string[];
    } = {},
  ): void {
    const to = request.headers.get('To') ?? '';
    this.send(
      [
        `SIP/2.0 ${status}`,
        ...request.headers.all('Via').map(value => `Via: ${value}`),
        `From: ${request.headers.get('From')}`,
        `To: ${to.includes(';tag=') ? to : `${to};tag=${more.tag ?? 'peer'}`}`,
        `Call-ID: ${request.headers.get('Call-ID')}`,
        `CSeq: ${request.headers.get('CSeq')}`,
        `Contact: <${more.contact ?? `sip:peer@${this.address}${this.port ? `:${this.port}` : ''}`}>`,
        ...(more.headers ?? []),
        ...(more.body ? [`Content-Type: ${more.type ?? 'application/sdp'}`] : []),
        `Content-Length: ${Buffer.byteLength(more.body ?? '')}`,
        '',
        more.body ?? '',
      ].join('\r\n'),
    );
  }

  /** Sends a request in the dialog that answering `invite` made: the callee's side of it. */
  requestWithin(invite: SipRequest, method: string, body = '', tag = 'peer'): void {
    // RFC 3261 13.2.2.4: an ACK has the number of the INVITE that it acknowledges.
    const cseq = method === 'ACK' ? this.#cseq - 1 : this.#cseq++;
    this.send(
      [
        `${method} ${/<([^>]*)>/.exec(invite.headers.get('Contact') ?? '')?.[1]} SIP/2.0`,
        `Via: SIP/2.0/UDP ${this.address}:${this.port};branch=z9hG4bK${invite.headers.get('Call-ID')}${cseq}${method};rport`,
        'Max-Forwards: 70',
        `From: ${invite.headers.get('To')};tag=${tag}`,
        `To: ${invite.headers.get('From')}`,
        `Call-ID: ${invite.headers.get('Call-ID')}`,
        `CSeq: ${cseq} ${method}`,
        `Contact: <sip:peer@${this.address}:${this.port}>`,
        ...(body ? ['Content-Type: application/sdp'] : []),
        `Content-Length: ${Buffer.byteLength(body)}`,
        '',
        body,
      ].join('\r\n'),
    );
  }

  #next<T extends SipMessage>(wants: Wanted<T>, what: string): Promise<T> {
    const index = this.inbox.findIndex(wants);
    if (index >= 0) return Promise.resolve(this.inbox.splice(index, 1)[0] as T);
    const next = new Promise<T>((resolve, reject) => {
      const fail = (why: string) => {
        clearTimeout(timer);
        const seen = this.inbox.map(message =>
          message.kind === 'request' ? message.method : message.status,
        );
        reject(new Error(`no ${what} ${why}; unread: ${seen.join(', ') || 'nothing'}`));
      };
      const waiting: Waiting = {
        wants,
        fail,
        take: message => {
          clearTimeout(timer);
          resolve(message as T);
        },
      };
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter(other => other !== waiting);
        fail(`within ${PATIENCE_MS} ms`);
      }, PATIENCE_MS);
      this.#waiting.push(waiting);
    });
    // A test that has ended, or that waits for the first of several, does not read the rejection.
    next.catch(() => {});
    return next;
  }

  #received(bytes: Buffer): void {
    this.received.push(bytes);
    const message = parseMessage(bytes);
    if (message.kind === 'failure') throw new Error(`a peer received what is no SIP: ${message.reason}`);
    const reader = this.#waiting.find(({ wants }) => wants(message));
    if (!reader) this.inbox.push(message);
    this.#waiting = this.#waiting.filter(waiting => waiting !== reader);
    reader?.take(message);
  }
}
