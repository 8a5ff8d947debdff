// An application that behaves like a user agent server and a small registrar (RFC 3261 8.2, 10.3) for messages that the
// engine delivers. Also a peer that receives answers at any address and port of its Via.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { Engine } from '../../gateway/engine/engine.ts';
import type { SipMessage, SipResponse } from '../../gateway/engine/message/message.ts';
import { parseMessage } from '../../gateway/engine/message/parse.ts';
import { eventually } from '../support/eventually.ts';

const secret = 'torture';
const methods = ['invite', 'options', 'register', 'message'];

/** The sent-by ports of Via in the tables; 5060 is implicit. */
const sentByPorts = [5060, 5050, 6050, 19823];

export interface Endpoint {
  readonly engine: Engine;
  readonly udpPort: number;
  readonly tcpPort: number;
  /** The requests that the application received, in order. */
  readonly delivered: readonly SrfRequest[];
  stop(): Promise<void>;
}

export async function startEndpoint(): Promise<Endpoint> {
  const engine = await Engine.start({
    listen: [
      { transport: 'udp', address: '127.0.0.1', port: 0 },
      { transport: 'tcp', address: '127.0.0.1', port: 0 },
    ],
    admin: { secret },
    timers: { t1: 20, t2: 80, t4: 40 },
  });
  const srf = new Srf();
  srf.on('error', () => {});
  const delivered: SrfRequest[] = [];
  for (const method of methods) {
    srf.use(method, (request, response) => {
      delivered.push(request);
      answer(request, response);
    });
  }
  srf.connect({ ...engine.admin, host: engine.admin.address, secret });
  await once(srf, 'connect');
  const portOf = (transport: string) => engine.points.find(point => point.transport === transport)!.port;
  return {
    engine,
    udpPort: portOf('udp'),
    tcpPort: portOf('tcp'),
    delivered,
    async stop() {
      srf.disconnect();
      await engine.stop();
    },
  };
}

function answer(request: SrfRequest, response: SrfResponse): void {
  const required = request.get('Require');
  // RFC 3261 8.2.2.3.
  if (required) response.send(420, { headers: { Unsupported: required } });
  else if (request.method === 'INVITE') response.send(verdictOnInvite(request));
  else if (request.method === 'REGISTER') register(request, response);
  else response.send(200);
}

/** RFC 3261 8.2.3, 21.4.7. */
function verdictOnInvite(request: SrfRequest): number {
  const type = request.get('Content-Type') ?? 'application/sdp';
  const accepted = request.get('Accept') ?? 'application/sdp';
  if (type !== 'application/sdp') return 415;
  return accepted.includes('application/sdp') ? 486 : 406;
}

/** RFC 3261 10.3: the address-of-record must be a SIP or SIPS URI, and the bindings are listed. */
function register(request: SrfRequest, response: SrfResponse): void {
  const contact = request.get('Contact');
  if (!/sips?:/i.test(request.get('To') ?? '')) response.send(400);
  else response.send(200, { headers: contact ? { Contact: contact } : {} });
}

export class TorturePeer {
  readonly heard: SipMessage[] = [];
  /** The port on which each message arrived. */
  readonly heardOn = new Map<SipMessage, number>();
  readonly #sockets: readonly Socket[];
  readonly #remotePort: number;

  private constructor(sockets: readonly Socket[], remotePort: number) {
    this.#sockets = sockets;
    this.#remotePort = remotePort;
    for (const socket of sockets) {
      socket.on('message', bytes => {
        const message = parseMessage(bytes);
        if (message.kind === 'failure') throw new Error(`the engine sent what is no SIP: ${message.reason}`);
        this.heard.push(message);
        this.heardOn.set(message, socket.address().port);
      });
    }
  }

  /** Sends from a separate port. Receives there and, on an otherwise unused address, on every sent-by port. */
  static async open(context: TestContext, address: string, remotePort: number): Promise<TorturePeer> {
    const sockets: Socket[] = [];
    context.after(() => {
      for (const socket of sockets) socket.close();
    });
    for (const port of [0, ...sentByPorts]) {
      const socket = createSocket('udp4');
      sockets.push(socket);
      socket.bind(port, address);
      await once(socket, 'listening');
    }
    return new TorturePeer(sockets, remotePort);
  }

  get port(): number {
    return this.#sockets[0]!.address().port;
  }

  send(bytes: Buffer): void {
    this.#sockets[0]!.send(bytes, this.#remotePort, '127.0.0.1');
  }

  /** The first final response. */
  async answer(): Promise<SipResponse> {
    const isFinal = (message: SipMessage) => message.kind === 'response' && message.status >= 200;
    return eventually('an answer', () => this.heard.find(isFinal) as SipResponse, { every: 2 });
  }

  /** Resolves when the engine has processed everything sent before: it has answered one more request. */
  async settle(): Promise<void> {
    const branch = `z9hG4bK-settle-${Math.random()}`;
    const lines = [
      'OPTIONS sip:settle@127.0.0.1 SIP/2.0',
      `Via: SIP/2.0/UDP 192.0.2.1;rport;branch=${branch}`,
      'From: <sip:settle@192.0.2.1>;tag=1',
      'To: <sip:settle@127.0.0.1>',
      `Call-ID: ${branch}`,
      'CSeq: 1 OPTIONS',
      'Content-Length: 0',
    ];
    this.send(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`));
    const isOurs = (message: SipMessage) => message.headers.get('Call-ID') === branch;
    await eventually('the last answer', () => this.heard.some(isOurs), { every: 2 });
    this.heard.splice(this.heard.findIndex(isOurs), 1);
  }
}
