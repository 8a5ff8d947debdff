// A caller made of two sockets: raw SIP over UDP, raw PCMU over RTP. Supports only what these tests need.

import { createSocket, type Socket } from 'node:dgram';
import { EventEmitter, on, once } from 'node:events';
import { decodeG711, encodeG711 } from '../../../../demo-site/pbx/media/g711.ts';
import { readRtp, writeRtp } from '../../../../demo-site/pbx/media/rtp.ts';
import { PATIENCE_MS } from '../../../support/eventually.ts';
import { sine } from './goertzel.ts';

const address = '127.0.0.1';

export interface Message {
  /** Of a response; 0 for a request. */
  readonly status: number;
  readonly method: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export class Caller {
  readonly #sip: Socket;
  readonly #rtp: Socket;
  readonly #rtcp: Socket;
  readonly #pbx: number;
  readonly #uri: string;
  readonly #id = Math.random().toString(36).slice(2);
  readonly #arrived = new EventEmitter();
  readonly #messages: Message[] = [];
  #cseq = 0;
  #to = '';
  #contact = '';
  #talk: NodeJS.Timeout | undefined;
  #sequence = 0;
  #closed = false;
  /** Samples heard so far. */
  heard: number[] = [];
  /** RTP packets heard so far, with their payload type. */
  packets: { payloadType: number; sequence: number; ssrc: number; payload: Buffer }[] = [];
  rtcp: Buffer[] = [];

  static async at(pbx: number, user: string): Promise<Caller> {
    const sockets = [createSocket('udp4'), createSocket('udp4'), createSocket('udp4')] as const;
    for (const socket of sockets) {
      socket.bind(0, address);
      await once(socket, 'listening');
    }
    return new Caller(pbx, user, ...sockets);
  }

  private constructor(pbx: number, user: string, sip: Socket, rtp: Socket, rtcp: Socket) {
    this.#pbx = pbx;
    this.#uri = `sip:${user}@${address}:${pbx}`;
    this.#to = `<${this.#uri}>`;
    [this.#sip, this.#rtp, this.#rtcp] = [sip, rtp, rtcp];
    sip.on('message', bytes => this.#received(read(bytes.toString())));
    rtcp.on('message', bytes => this.rtcp.push(bytes));
    rtp.on('message', bytes => {
      const packet = readRtp(bytes);
      if (!packet) return;
      this.packets.push(packet);
      if (packet.payloadType === 0) this.heard.push(...decodeG711('PCMU', packet.payload));
      this.#arrived.emit('rtp');
    });
  }

  /** An offer of PCMU with digits; more lines are appended. */
  offer(...more: string[]): string {
    return [
      'v=0',
      `o=- 1 ${this.#cseq + 1} IN IP4 ${address}`,
      's=-',
      `c=IN IP4 ${address}`,
      't=0 0',
      `m=audio ${this.#rtp.address().port} RTP/AVP 0 101`,
      'a=rtpmap:101 telephone-event/8000',
      `a=rtcp:${this.#rtcp.address().port}`,
      ...more,
      '',
    ].join('\r\n');
  }

  /** A video section that shares this caller's sockets. */
  get video(): string[] {
    return [
      `m=video ${this.#rtp.address().port} RTP/AVPF 98`,
      'a=rtpmap:98 VP8/90000',
      `a=rtcp:${this.#rtcp.address().port}`,
      'a=rtcp-fb:98 nack pli',
    ];
  }

  invite(sdp = this.offer()): void {
    this.#cseq++;
    this.#send('INVITE', sdp);
  }

  update(sdp: string): void {
    this.#cseq++;
    this.#send('UPDATE', sdp);
  }

  cancel(): void {
    this.#send('CANCEL');
  }

  bye(): void {
    this.#cseq++;
    this.#send('BYE');
  }

  /** The next final response or provisional with this status, or the next request of this method, past or future. */
  async expect(what: number | string): Promise<Message> {
    // A response that was retransmitted because its ACK was late does not answer a later request.
    const matches = ({ status, method, headers }: Message) =>
      typeof what === 'number'
        ? status === what && Number.parseInt(headers.get('cseq') ?? '', 10) === this.#cseq
        : method === what;
    for (;;) {
      const at = this.#messages.findIndex(matches);
      if (at >= 0) return this.#messages.splice(at, 1)[0]!;
      await once(this.#arrived, 'sip', { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => {
        const seen = this.#messages.map(({ status, method }) => `${method} ${status || ''}`.trim());
        throw new Error(`no ${what} for ${this.#cseq}; unread: ${seen.join(', ') || 'nothing'}`);
      });
    }
  }

  /** Waits to be answered and confirms; resolves to the answer's SDP. */
  async answered(): Promise<string> {
    const { body } = await this.expect(200);
    this.#send('ACK');
    return body;
  }

  /** Calls, or changes the call, and waits to be answered. */
  async call(sdp?: string): Promise<string> {
    this.invite(sdp);
    return this.answered();
  }

  async hangUp(): Promise<void> {
    this.bye();
    await this.expect(200);
  }

  /** Sends a tone to the address in the answer until the next `talk` or `close`. */
  talk(answer: string, hz: number): void {
    const port = portOf(answer, 'audio');
    clearInterval(this.#talk);
    this.#talk = setInterval(() => {
      const payload = encodeG711('PCMU', sine(hz, 160, 8_000, this.#sequence * 160));
      this.sendRtp(port, 0, payload);
    }, 20);
  }

  /** The end of a key press as in RFC 4733: sent three times. */
  press(answer: string, digit: number): void {
    const timestamp = this.#sequence * 160;
    for (let copy = 0; copy < 3; copy++) {
      this.sendRtp(portOf(answer, 'audio'), 101, Buffer.from([digit, 0x8a, 3, 0x20]), timestamp);
    }
  }

  sendRtp(port: number, payloadType: number, payload: Buffer, timestamp = this.#sequence * 160): void {
    const ssrc = payloadType === 98 ? 2 : 1;
    const sequence = this.#sequence++ & 0xffff;
    this.#rtp.send(
      writeRtp({ payloadType, marker: false, sequence, timestamp, ssrc, payload }),
      port,
      address,
    );
  }

  sendRtcp(port: number, bytes: Buffer): void {
    this.#rtcp.send(bytes, port, address);
  }

  /** Resolves when `done` returns true; checked with each packet. */
  async until(done: () => boolean, ms = 12_000): Promise<void> {
    if (done()) return;
    for await (const _ of on(this.#arrived, 'rtp', { signal: AbortSignal.timeout(ms) })) if (done()) return;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#talk);
    for (const socket of [this.#sip, this.#rtp, this.#rtcp]) socket.close();
  }

  #received(message: Message): void {
    if (message.status === 0) {
      const copied = ['via', 'from', 'to', 'call-id', 'cseq'].map(
        name => `${name}: ${message.headers.get(name)}`,
      );
      const lines = ['SIP/2.0 200 OK', ...copied, 'Content-Length: 0', '', ''];
      if (message.method !== 'ACK') this.#sip.send(lines.join('\r\n'), this.#pbx, address);
    } else if (message.method === 'INVITE' && message.status >= 180) {
      this.#to = message.headers.get('to') ?? this.#to;
      this.#contact = /<([^>]*)>/.exec(message.headers.get('contact') ?? '')?.[1] ?? this.#contact;
      if (message.status >= 300) this.#send('ACK');
    }
    this.#messages.push(message);
    this.#arrived.emit('sip');
  }

  #send(method: string, body = ''): void {
    // RFC 3261 17.1.1.3, 9.1: CANCEL and the ACK of a failure have the branch of their INVITE.
    const inDialog = this.#contact !== '' && method !== 'CANCEL';
    const branch = method === 'ACK' && inDialog ? `ack${this.#cseq}` : `t${this.#cseq}`;
    const here = `${address}:${this.#sip.address().port}`;
    const lines = [
      `${method} ${inDialog ? this.#contact : this.#uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${here};branch=z9hG4bK${this.#id}${branch}`,
      'Max-Forwards: 70',
      `From: <sip:visitor@${here}>;tag=${this.#id}`,
      `To: ${method === 'CANCEL' ? `<${this.#uri}>` : this.#to}`,
      `Call-ID: ${this.#id}`,
      `CSeq: ${this.#cseq} ${method}`,
      `Contact: <sip:visitor@${here}>`,
      ...(body ? ['Content-Type: application/sdp'] : []),
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ];
    this.#sip.send(lines.join('\r\n'), this.#pbx, address);
  }
}

export function portOf(sdp: string, type: 'audio' | 'video'): number {
  return Number(new RegExp(`^m=${type} (\\d+)`, 'm').exec(sdp)?.[1]);
}

function read(text: string): Message {
  const [head = '', body = ''] = text.split('\r\n\r\n', 2);
  const [start = '', ...lines] = head.split('\r\n');
  const headers = new Map(
    lines.map(line => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const status = start.startsWith('SIP/2.0 ') ? Number(start.split(' ')[1]) : 0;
  const method = status ? (headers.get('cseq')?.split(' ')[1] ?? '') : (start.split(' ')[0] ?? '');
  return { status, method, headers, body };
}
