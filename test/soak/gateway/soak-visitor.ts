// A page's WebSocket of the soak, without a browser: SIP as text, written by templates and read by regular
// expressions, so that it shares no code with the gateway. One call at a time, by a script.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Script } from '../soak-caller.ts';
import { field, uriOf } from '../soak-socket.ts';
import type { CallMedia } from './call-media.ts';

/** Longer than the gateway's own limits, which end calls that hang. */
const PATIENCE_MS = 20_000;

interface ReceivedMessage {
  readonly status: number | undefined;
  readonly method: string;
  readonly cseq: number;
  readonly text: string;
}

class Stuck extends Error {}

export class SoakVisitor {
  readonly #socket: WebSocket;
  #take: (message: ReceivedMessage) => void = () => {};
  calls = 0;

  static async open(gatewayUrl: string, origin: string): Promise<SoakVisitor> {
    const socket = new WebSocket(`${gatewayUrl.replace('http', 'ws')}/sip`, 'sip', { origin });
    await once(socket, 'open');
    return new SoakVisitor(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', data => {
      const text = String(data);
      const status = /^SIP\/2\.0 (\d{3})/.exec(text)?.[1];
      const [cseq = '0', method = ''] = field(text, 'CSeq').split(' ');
      this.#take({ status: status ? Number(status) : undefined, method, cseq: Number(cseq), text });
    });
  }

  /** Undefined when the call followed its script, else what failed. `mark` reaches the PBX in a header. */
  async call(
    to: string,
    script: Script,
    mark: string,
    media: CallMedia,
    onAnswered: (setupMs: number) => void,
  ): Promise<string | undefined> {
    this.calls++;
    const call = new VisitorCall(this.#socket, to, mark);
    this.#take = message => call.take(message);
    try {
      return await play(call, script, media, onAnswered);
    } catch (error) {
      return error instanceof Stuck ? `stuck, ${error.message}` : `${error}`;
    } finally {
      media.close();
    }
  }

  close(): void {
    this.#socket.close();
  }
}

async function play(
  call: VisitorCall,
  script: Script,
  media: CallMedia,
  onAnswered: (setupMs: number) => void,
): Promise<string | undefined> {
  const startedAt = performance.now();
  call.send('INVITE', 1, media.offer);
  let answer = await call.response('INVITE', 1, 180);
  if (answer.status === 180) {
    if (script === 'cancels') call.send('CANCEL', 1);
    answer = await call.response('INVITE', 1);
  }
  if (answer.status !== 200) {
    call.acknowledge(answer);
    const expected = { 'is-busy': 486, cancels: 487 } as Partial<Record<Script, number>>;
    return answer.status === expected[script] ? undefined : `INVITE answered ${answer.status}`;
  }
  onAnswered(performance.now() - startedAt);
  call.acknowledge(answer);
  if (script === 'is-hung-up') {
    await call.request('BYE');
    return undefined;
  }
  const failure = await media.talk(answer.text);
  if (script === 'renegotiates') await renegotiate(call, media.offer);
  call.send('BYE', 99);
  const { status } = await call.response('BYE', 99);
  return status === 200 ? failure : `BYE answered ${status}`;
}

/** Requests another offer until none is pending (RFC 3261 14.1). */
async function renegotiate(call: VisitorCall, offer: string): Promise<void> {
  for (let cseq = 2; ; cseq++) {
    call.send('INVITE', cseq, offer);
    const answer = await call.response('INVITE', cseq);
    call.acknowledge(answer);
    if (answer.status === 200) return;
    if (answer.status !== 491) throw new Error(`re-INVITE answered ${answer.status}`);
    await new Promise(resolve => setTimeout(resolve, 500));
  }
}

class VisitorCall {
  readonly #socket: WebSocket;
  readonly #mark: string;
  readonly #id = randomBytes(12).toString('hex');
  readonly #first: string;
  readonly #heard: ReceivedMessage[] = [];
  #uri: string;
  #to: string;
  #wake: () => void = () => {};

  constructor(socket: WebSocket, uri: string, mark: string) {
    this.#socket = socket;
    this.#uri = uri;
    this.#first = uri;
    this.#to = `<${uri}>`;
    this.#mark = mark;
  }

  take(message: ReceivedMessage): void {
    // A message of the call before.
    if (field(message.text, 'Call-ID') !== this.#id) return;
    if (message.status === undefined && message.method !== 'ACK') this.#ok(message.text);
    this.#heard.push(message);
    this.#wake();
  }

  /** The final response, or the one with this status. */
  response(method: string, cseq: number, status?: number): Promise<ReceivedMessage> {
    return this.#next(
      message =>
        message.method === method &&
        message.cseq === cseq &&
        message.status !== undefined &&
        (message.status >= 200 || message.status === status),
      `no answer to ${method}`,
    );
  }

  request(method: string): Promise<ReceivedMessage> {
    return this.#next(message => message.status === undefined && message.method === method, `no ${method}`);
  }

  acknowledge({ status = 0, cseq, text }: ReceivedMessage): void {
    if (cseq === 1) this.#to = field(text, 'To');
    if (status === 200) {
      this.#uri = uriOf(field(text, 'Contact'));
      this.send('ACK', cseq, '', 'ack');
    } else this.send('ACK', cseq, '', 'INVITE');
  }

  /** RFC 3261 9.1, 17.1.1.3: a CANCEL, and the ACK of a refusal, have their INVITE's branch. */
  send(method: string, cseq: number, body = '', branch = method === 'CANCEL' ? 'INVITE' : method): void {
    const uri = method === 'CANCEL' ? this.#first : this.#uri;
    this.#socket.send(
      [
        `${method} ${uri} SIP/2.0`,
        `Via: SIP/2.0/WS soak.invalid;branch=z9hG4bK-${this.#id}-${branch}${cseq}`,
        'Max-Forwards: 69',
        `From: <sip:anonymous@anonymous.invalid>;tag=${this.#id.slice(0, 8)}`,
        `To: ${method === 'CANCEL' ? `<${this.#first}>` : this.#to}`,
        `Call-ID: ${this.#id}`,
        `CSeq: ${cseq} ${method}`,
        'Contact: <sip:soak@soak.invalid;transport=ws;ob>',
        `X-Sip-Call-Utm: utm_term=${this.#mark}`,
        ...(body ? ['Content-Type: application/sdp'] : []),
        `Content-Length: ${Buffer.byteLength(body)}`,
        '',
        body,
      ].join('\r\n'),
    );
  }

  #ok(request: string): void {
    const head = request.slice(0, request.indexOf('\r\n\r\n')).split('\r\n');
    const copied = head.filter(line => /^(via|from|to|call-id|cseq|record-route):/i.test(line));
    this.#socket.send(['SIP/2.0 200 OK', ...copied, 'Content-Length: 0', '', ''].join('\r\n'));
  }

  async #next(wanted: (message: ReceivedMessage) => boolean, missing: string): Promise<ReceivedMessage> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const index = this.#heard.findIndex(wanted);
      if (index >= 0) return this.#heard.splice(index, 1)[0]!;
      const bye = this.#heard.find(({ status, method }) => status === undefined && method === 'BYE');
      if (bye) throw new Error(`hung up on: ${field(bye.text, 'Reason')}`);
      let timer: NodeJS.Timeout | undefined;
      const left = deadline - performance.now();
      if (left <= 0 || this.#socket.readyState !== WebSocket.OPEN) throw new Stuck(missing);
      await new Promise<void>(resolve => {
        this.#wake = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }
}
