// The SIP side of a browser: raw SIP over one WebSocket, many calls simultaneously.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { openPage, type PageOptions } from './page.ts';

interface SipAnswer {
  readonly status: number;
  readonly text: string;
}

interface Invited {
  readonly status: number;
  /** The answer in a 200. */
  readonly sdp: string;
  /** Resolves with the status of the response to the BYE. */
  hangUp(): Promise<number>;
}

export class PlainBrowser {
  readonly #socket: WebSocket;
  /** By Call-ID and CSeq. */
  readonly #waiting = new Map<string, (answer: SipAnswer) => void>();

  /** Called with the method of each request, which has been answered with 200. */
  onRequest: (method: string) => void = () => {};
  onClosed: (code: number) => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('close', code => this.onClosed(code));
    socket.on('message', data => this.#received(String(data)));
  }

  static async open(gatewayUrl: string, options: PageOptions = {}): Promise<PlainBrowser> {
    const socket = await openPage(gatewayUrl, options);
    await once(socket, 'open');
    return new PlainBrowser(socket);
  }

  /** Calls and hangs up. Resolves to the INVITE's final status after the response to the BYE. */
  async call(uri: string, sdp: string): Promise<number> {
    const established = await this.invite(uri, sdp);
    if (established.status === 200) await established.hangUp();
    return established.status;
  }

  async invite(uri: string, sdp: string): Promise<Invited> {
    const id = randomBytes(8).toString('hex');
    const head = { uri, id, from: `<sip:anonymous@anonymous.invalid>;tag=${id}` };
    const response = await this.#request('INVITE', 1, head, `<${uri}>`, sdp);
    const to = /^to: *(.*)$/im.exec(response.text)?.[1] ?? '';
    const target = /^contact: *<([^>]*)>/im.exec(response.text)?.[1] ?? uri;
    if (response.status === 200) this.#send('ACK', 1, { ...head, uri: target }, to);
    return {
      status: response.status,
      sdp: response.text.slice(response.text.indexOf('\r\n\r\n') + 4),
      hangUp: async () => (await this.#request('BYE', 2, { ...head, uri: target }, to)).status,
    };
  }

  close(): void {
    this.#socket.terminate();
  }

  #request(method: string, cseq: number, head: RequestHead, to: string, sdp = ''): Promise<SipAnswer> {
    return new Promise(resolve => {
      this.#waiting.set(`${head.id} ${cseq} ${method}`, resolve);
      this.#send(method, cseq, head, to, sdp);
    });
  }

  #send(method: string, cseq: number, { uri, id, from }: RequestHead, to: string, body = ''): void {
    this.#socket.send(
      [
        `${method} ${uri} SIP/2.0`,
        `Via: SIP/2.0/WS bench.invalid;branch=z9hG4bK${id}${cseq}${method === 'ACK' ? 'a' : ''}`,
        'Max-Forwards: 69',
        `To: ${to}`,
        `From: ${from}`,
        `Call-ID: ${id}`,
        `CSeq: ${cseq} ${method}`,
        'Contact: <sip:bench@bench.invalid;transport=ws;ob>',
        'Allow: INVITE,ACK,CANCEL,BYE,UPDATE,MESSAGE,OPTIONS,REFER,INFO,NOTIFY',
        'Supported: outbound',
        'User-Agent: bench',
        ...(body ? ['Content-Type: application/sdp'] : []),
        `Content-Length: ${Buffer.byteLength(body)}`,
        '',
        body,
      ].join('\r\n'),
    );
  }

  #received(text: string): void {
    const status = Number(/^SIP\/2\.0 (\d{3})/.exec(text)?.[1] ?? 0);
    if (status === 0) this.#answer(text);
    if (status < 200) return;
    const id = /^call-id: *(.*)$/im.exec(text)?.[1];
    const cseq = /^cseq: *(.*)$/im.exec(text)?.[1];
    const key = `${id} ${cseq}`;
    const answered = this.#waiting.get(key);
    this.#waiting.delete(key);
    answered?.({ status, text });
  }

  #answer(request: string): void {
    const method = /^[A-Z]+/.exec(request)?.[0];
    if (method === undefined || method === 'ACK') return;
    const head = request.slice(0, request.indexOf('\r\n\r\n')).split('\r\n');
    const copied = head.filter(line => /^(via|from|to|call-id|cseq):/i.test(line));
    this.#socket.send(['SIP/2.0 200 OK', ...copied, 'Content-Length: 0', '', ''].join('\r\n'));
    this.onRequest(method);
  }
}

interface RequestHead {
  readonly uri: string;
  readonly id: string;
  readonly from: string;
}
