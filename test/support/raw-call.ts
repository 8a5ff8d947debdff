// What a browser sends in a call, as text: exactly these bytes, whatever the gateway thinks of them.

import { randomBytes } from 'node:crypto';
import type { SipMessage, SipResponse } from '../../gateway/engine/message/message.ts';
import type { RawPeer } from './raw-peer.ts';

const OWN_WAY = { via: 'SIP/2.0/WS browser.invalid', contact: 'sip:browser@browser.invalid;transport=ws;ob' };

export class RawCall {
  readonly id: string;
  #browser: RawPeer;
  readonly #uri: string;
  #cseq = 1;
  #to: string;
  #target: string;

  constructor(browser: RawPeer, uri: string, id = randomBytes(6).toString('hex')) {
    this.id = id;
    this.#browser = browser;
    this.#uri = uri;
    this.#to = `<${uri}>`;
    this.#target = uri;
  }

  invite(sdp: string, headers: readonly string[] = []): void {
    this.#send('INVITE', 1, this.#uri, sdp, headers);
  }

  /** RFC 3261 9.1: same branch, same CSeq number. */
  cancel(): void {
    this.#send('CANCEL', 1, this.#uri);
  }

  /** Acknowledges the 2xx, whose tag and contact the dialog goes on with. */
  ack(answered: SipResponse): void {
    this.#to = answered.headers.get('To') ?? this.#to;
    this.#target = /<([^>]*)>/.exec(answered.headers.get('Contact') ?? '')?.[1] ?? this.#target;
    this.#send('ACK', 1, this.#target, '', [], 'ack');
  }

  /** A request in the dialog. */
  request(method: string, body = '', headers: readonly string[] = [], type?: string): void {
    this.#cseq++;
    this.#send(method, this.#cseq, this.#target, body, headers, String(this.#cseq), type);
  }

  /** The ACK of the last re-INVITE's 2xx. */
  ackAgain(): void {
    this.#send('ACK', this.#cseq, this.#target, '', [], `ack${this.#cseq}`);
  }

  /** The page's WebSocket is a new one from now on. */
  moveTo(browser: RawPeer): void {
    this.#browser = browser;
  }

  /** A request in the dialog as it might come by another way, with a Contact of its own; to be sent by the caller. */
  stolen(method: string, via: string, contact: string): string {
    if (method !== 'ACK') this.#cseq++;
    const branch = `${method}${this.#cseq}`;
    return this.#text(method, this.#cseq, this.#target, '', [], branch, { via, contact });
  }

  /** Somebody who knows all that this page knows of the dialog, save its tags when they `guess`. */
  impostor({ guess = false }: { readonly guess?: boolean }): RawCall {
    const impostor = new RawCall(this.#browser, this.#uri, this.id);
    impostor.#to = guess ? this.#to.replace(/tag=\w+/, 'tag=0123456789abcdef') : this.#to;
    impostor.#target = this.#target;
    // Ahead of what the page will ask.
    impostor.#cseq = this.#cseq;
    return impostor;
  }

  /** Answers a request of the gateway in this dialog. */
  respond(request: SipMessage, status: string, body = ''): void {
    if (request.kind === 'request') this.#browser.respond(request, status, { body });
  }

  #send(
    method: string,
    cseq: number,
    uri: string,
    body = '',
    headers: readonly string[] = [],
    branch = 'invite',
    type?: string,
  ): void {
    this.#browser.send(this.#text(method, cseq, uri, body, headers, branch, OWN_WAY, type));
  }

  #text(
    method: string,
    cseq: number,
    uri: string,
    body: string,
    headers: readonly string[],
    branch: string,
    { via, contact }: typeof OWN_WAY,
    type = 'application/sdp',
  ): string {
    return [
      `${method} ${uri} SIP/2.0`,
      `Via: ${via};branch=z9hG4bK${this.id}${branch}`,
      'Max-Forwards: 69',
      `To: ${this.#to}`,
      `From: <sip:anonymous@anonymous.invalid>;tag=${this.id}`,
      `Call-ID: ${this.id}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <${contact}>`,
      ...headers,
      ...(body ? [`Content-Type: ${type}`] : []),
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n');
  }
}
