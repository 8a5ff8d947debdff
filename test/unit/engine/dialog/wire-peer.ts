// A SIP peer on a UDP socket that sends exactly what a test requests, retransmits nothing and keeps every message.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { tagOf } from '../../../../gateway/engine/message/address.ts';
import type { SipMessage, SipRequest, SipResponse } from '../../../../gateway/engine/message/message.ts';
import { parseMessage } from '../../../../gateway/engine/message/parse.ts';

/** Only a limit: longer than a busy machine needs. */
const patienceMs = 30_000;

export const sdp =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

export interface RequestParts {
  readonly method: string;
  readonly uri: string;
  readonly branch: string;
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
  readonly headers?: readonly string[];
  readonly body?: string;
}

export class WirePeer {
  readonly port: number;
  readonly address = '127.0.0.1';
  /** Everything that arrived, in order. Nothing is removed. */
  readonly heard: SipMessage[] = [];
  readonly #socket: Socket;
  readonly #read = new Set<SipMessage>();
  #remotePort: number;
  #arrived: (() => void) | undefined;

  private constructor(socket: Socket, remotePort: number) {
    this.#socket = socket;
    this.port = socket.address().port;
    this.#remotePort = remotePort;
    socket.on('message', bytes => {
      const message = parseMessage(bytes);
      if (message.kind === 'failure') throw new Error(`the engine sent what is no SIP: ${message.reason}`);
      this.heard.push(message);
      this.#arrived?.();
    });
  }

  /** Sends to `remotePort` of 127.0.0.1. */
  static async open(context: TestContext, remotePort: number): Promise<WirePeer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    context.after(() => socket.close());
    return new WirePeer(socket, remotePort);
  }

  get contact(): string {
    return `<sip:peer@${this.address}:${this.port}>`;
  }

  send(text: string): void {
    this.#socket.send(text, this.#remotePort, '127.0.0.1');
  }

  request(parts: RequestParts): void {
    const { body = '' } = parts;
    const lines = [
      `${parts.method} ${parts.uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.address}:${this.port};branch=${parts.branch}`,
      'Max-Forwards: 70',
      `From: ${parts.from}`,
      `To: ${parts.to}`,
      `Call-ID: ${parts.callId}`,
      `CSeq: ${parts.cseq} ${parts.method}`,
      `Contact: ${this.contact}`,
      ...(parts.headers ?? []),
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    this.send(`${lines.join('\r\n')}\r\n\r\n${body}`);
  }

  respond(
    request: SipRequest,
    status: string,
    more: { tag?: string; headers?: readonly string[]; body?: string; contact?: boolean } = {},
  ): void {
    const { body = '', headers = [], contact = true } = more;
    const to = request.headers.get('To')!;
    const lines = [
      `SIP/2.0 ${status}`,
      ...request.headers.all('Via').map(via => `Via: ${via}`),
      `From: ${request.headers.get('From')}`,
      `To: ${more.tag === undefined || to.includes(';tag=') ? to : `${to};tag=${more.tag}`}`,
      `Call-ID: ${request.headers.get('Call-ID')}`,
      `CSeq: ${request.headers.get('CSeq')}`,
      ...(contact ? [`Contact: ${this.contact}`] : []),
      ...headers,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    this.send(`${lines.join('\r\n')}\r\n\r\n${body}`);
  }

  /** The number of requests of that method, without retransmissions. */
  transactions(method: string): number {
    const requests = this.heard.filter(message => message.kind === 'request' && message.method === method);
    return new Set(requests.map(({ headers }) => headers.get('Via'))).size;
  }

  /** The next unread request of that method, which may be a retransmission; with `tag`, only those to that fork. */
  async hearRequest(method: string, tag?: string): Promise<SipRequest> {
    const wanted = (message: SipMessage) =>
      message.kind === 'request' &&
      message.method === method &&
      (tag === undefined || tagOf(message.headers.get('To')!) === tag);
    return (await this.#hear(wanted, method)) as SipRequest;
  }

  /** The next unread response with that status to that method. */
  async hearResponse(status: number, method = 'INVITE'): Promise<SipResponse> {
    const wanted = (message: SipMessage) =>
      message.kind === 'response' &&
      message.status === status &&
      message.headers.get('CSeq')?.endsWith(` ${method}`) === true;
    return (await this.#hear(wanted, `${status} to ${method}`)) as SipResponse;
  }

  async #hear(wanted: (message: SipMessage) => boolean, what: string): Promise<SipMessage> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const message = this.heard.find(candidate => !this.#read.has(candidate) && wanted(candidate));
      if (message !== undefined) {
        this.#read.add(message);
        return message;
      }
      if (!(await this.#arrival(deadline - Date.now()))) {
        const heard = this.heard.map(({ kind, ...rest }) => ('status' in rest ? rest.status : kind));
        throw new Error(`${what} was not heard; what was: ${heard.join(', ')}`);
      }
    }
  }

  #arrival(ms: number): Promise<boolean> {
    return new Promise(resolve => {
      const timer = setTimeout(() => resolve(false), Math.max(ms, 0));
      this.#arrived = () => {
        clearTimeout(timer);
        this.#arrived = undefined;
        resolve(true);
      };
    });
  }
}

/** One call of a peer, with the values that its requests must repeat. */
export class WireCall {
  readonly callId: string;
  readonly #peer: WirePeer;
  readonly #uri: string;
  readonly #from: string;
  #to: string;

  constructor(peer: WirePeer, uri: string, callId: string) {
    this.#peer = peer;
    this.#uri = uri;
    this.callId = callId;
    this.#from = `<sip:peer@127.0.0.1>;tag=${callId}-from`;
    this.#to = `<${uri}>`;
  }

  invite(more: Partial<RequestParts> = {}): void {
    this.send('INVITE', 1, { branch: this.branch('invite'), body: sdp, ...more });
  }

  cancel(more: Partial<RequestParts> = {}): void {
    this.send('CANCEL', 1, { branch: this.branch('invite'), ...more });
  }

  /** The ACK of a 2xx, with whose tag the call continues; or of a failure, in the INVITE's transaction. */
  ack(response: SipResponse, cseq = 1): void {
    this.#to = response.headers.get('To')!;
    const branch = response.status < 300 ? this.branch(`ack${cseq}`) : this.branch('invite');
    this.send('ACK', cseq, { branch });
  }

  /** Continues with the dialog that this response made, without an ACK. */
  follow(response: SipResponse): void {
    this.#to = response.headers.get('To')!;
  }

  send(method: string, cseq: number, more: Partial<RequestParts> = {}): void {
    this.#peer.request({
      method,
      uri: this.#uri,
      branch: this.branch(`${method}${cseq}`),
      from: this.#from,
      to: this.#to,
      callId: this.callId,
      cseq,
      ...more,
    });
  }

  branch(name: string): string {
    return `z9hG4bK-${this.callId}-${name}`;
  }
}
