// Browsers' WebSockets: who may enter, how fast, how large. Hands accepted sockets on; knows no SIP.

import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Live } from '../config/live.ts';
import type { Config } from '../config/schema.ts';
import { AddressRate } from '../entrance/address-rate.ts';
import { Entrance } from '../entrance/entrance.ts';
import { addressOf } from '../entrance/far-end.ts';
import { isOfNoScript } from '../entrance/offence.ts';
import { Faults } from '../observe/faults.ts';
import type { Log } from '../observe/log.ts';
import { networkOf, plainAddress } from '../observe/network-address.ts';
import { type TellRefusal, tellNobody } from '../observe/security-log.ts';
import { type Admission, admit, type Refusal, SIP_PATH } from './admission.ts';
import { contain } from './contain.ts';
import { greeting } from './greeting.ts';
import { Heartbeat } from './heartbeat.ts';
import { MessageRate } from './message-rate.ts';
import { type Callers, Occupancy } from './occupancy.ts';
import { OneSource } from './one-source.ts';
import { refuse } from './refuse.ts';
import { type End, type Visitor, Visitors } from './visitor.ts';

/** SIP over WebSocket needs neither large messages nor many fragments; ws's defaults allow both. */
const WS_LIMITS = {
  maxPayload: 64 * 1024,
  maxFragments: 16,
  maxBufferedChunks: 256,
  /** Answers to pings that may wait for a page that does not read. */
  maxPendingAutoPongs: 64,
  /** Milliseconds for a page to close its end; until then it keeps a connection. */
  closeTimeout: 5_000,
  perMessageDeflate: false,
};

/**
 * Takes one accepted socket. `remote` is the visitor's end; `seenAt` must be told where the SIP engine
 * sees the visitor's frames come from, before the first of them gets there.
 */
export type SocketTaker = (
  socket: WebSocket,
  remote: End,
  secure: boolean,
  seenAt: (source: End) => void,
) => void;

/** Refusals of pages that no site lists: beyond so many of one address it is told to wait. */
const foreignRate = { burst: 60, everyMs: 1_000 };

const tooMany = { status: 429, reason: 'too many requests from this address' } as const;

export interface EdgeOptions {
  readonly refused?: TellRefusal;
  readonly entrance?: Entrance;
  /** Milliseconds that never jump. */
  readonly now?: (() => number) | undefined;
  readonly callers?: Callers;
}

export class Edge {
  readonly visitors: Visitors;
  readonly #config: Live<Config>;
  readonly #log: Log;
  readonly #refused: TellRefusal;
  readonly #take: SocketTaker;
  readonly #entrance: Entrance;
  readonly #sockets: WebSocketServer;
  readonly #heartbeat: Heartbeat;
  readonly #occupancy: Occupancy;
  readonly #faults: Faults;
  readonly #foreign: AddressRate;
  /** Looks for a proxy that nobody has named. */
  readonly #oneSource: OneSource | undefined;
  readonly #whose = new WeakMap<WebSocket, Visitor>();
  /** Why nobody is let in, and who is all the same. */
  #shut: { readonly why: string; readonly unless: (origin: string) => boolean } | undefined;
  #lack: () => string | undefined = () => undefined;

  constructor(
    config: Live<Config>,
    take: SocketTaker,
    log: Log,
    {
      refused = tellNobody,
      entrance = new Entrance(config),
      now = () => performance.now(),
      callers = () => new Set(),
    }: EdgeOptions = {},
  ) {
    this.#config = config;
    this.#entrance = entrance;
    const { addressBits } = config.current.limits;
    this.visitors = new Visitors(address => networkOf(address, addressBits) ?? address);
    this.#take = take;
    this.#log = log;
    this.#oneSource = config.current.proxy ? undefined : new OneSource(log);
    this.#refused = refused;
    this.#sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'sip', ...WS_LIMITS });
    this.#faults = new Faults(log);
    this.#heartbeat = new Heartbeat(this.#sockets.clients);
    this.#occupancy = new Occupancy(callers, now);
    this.#foreign = new AddressRate({ ...foreignRate, now });
  }

  /** Answers upgrade requests of `server` from now on; `allows`: as far as their address may ask anything at all. */
  attach(server: Server, secure: boolean, allows: (request: IncomingMessage) => boolean = () => true): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      if (!allows(request)) return refuse(socket, tooMany);
      this.#judge(request)
        .then(verdict => {
          if ('status' in verdict) this.#turnAway(request, socket, head, verdict);
          else this.#letIn(request, socket, head, verdict, secure);
        })
        .catch((error: unknown) => {
          this.#faults.note('upgrade', error);
          socket.destroy();
        });
    });
  }

  async #judge(request: IncomingMessage): Promise<Admission | Refusal> {
    const { visitors } = this;
    const config = this.#config.current;
    const address = addressOf(request);
    this.#oneSource?.saw(request);
    const shut = this.#whyShut(request);
    const threshold = { config, entrance: this.#entrance, visitors, lack: this.#lack() };
    const verdict: Admission | Refusal = shut
      ? { status: 503, reason: shut }
      : await admit(request, address, threshold);
    if (!('status' in verdict)) {
      const { objection, origin } = verdict;
      if (objection) this.#log.info({ address, origin, objection }, 'visitor let in without a right to call');
      return verdict;
    }
    const level = verdict.objection || verdict.limit ? 'info' : 'debug';
    this.#log[level]({ address, origin: request.headers.origin, ...verdict }, 'visitor refused');
    if (verdict.offence) this.#refused(address, verdict.offence);
    if (!verdict.foreign || this.#foreign.take(address)) return verdict;
    return tooMany;
  }

  /** A page that has to know why reads it from how its WebSocket closes; nothing that it sends there is heard. */
  #turnAway(request: IncomingMessage, socket: Duplex, head: Buffer, refusal: Refusal): void {
    const { closeCode, reason } = refusal;
    if (closeCode === undefined) {
      refuse(socket, refusal);
      return;
    }
    if (socket.destroyed) return;
    this.#sockets.handleUpgrade(request, socket, head, accepted => {
      accepted.on('error', () => accepted.terminate());
      accepted.close(closeCode, reason);
    });
  }

  #letIn(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    admission: Admission,
    secure: boolean,
  ): void {
    const { grant } = admission;
    // Gone, or gone wrong, before there was anything to welcome.
    if (socket.destroyed) {
      this.#entrance.grants.left(grant);
      return;
    }
    // To the engine this is where frames come from, whoever has brought them: two visitors are never at one place.
    const { remoteAddress = '', remotePort: port = 0 } = request.socket;
    const here = { address: plainAddress(remoteAddress), port };
    const address = addressOf(request);
    socket.once('close', () => this.#entrance.grants.left(grant));
    this.#sockets.handleUpgrade(request, socket, head, accepted => {
      contain(accepted, this.#faults);
      const first = greeting(request.url, this.#config.current, Date.now(), grant?.way);
      if (first) accepted.send(first);
      this.#welcome(accepted, { address, port, ...admission }, here, secure);
    });
  }

  /** Failures of our own that cost one visitor their connection. */
  get faults(): number {
    return this.#faults.count;
  }

  /** Sends everybody away who is in; pages that need a connection will try again. */
  dismiss(why: string): void {
    for (const socket of this.#sockets.clients) socket.close(1013, why);
  }

  /** Sends away for good those of whom that is true: the gateway is leaving (RFC 6455 7.4.1: 1001). */
  takeLeaveOf(leaves: (visitor: Visitor) => boolean, why: string): void {
    for (const socket of this.#sockets.clients) {
      const visitor = this.#whose.get(socket);
      if (visitor && leaves(visitor)) socket.close(1001, why);
    }
  }

  /** Lets nobody in until {@link admitNewcomers}, save pages of an origin of which `unless` is true. Who is in stays. */
  refuseNewcomers(why: string, unless: (origin: string) => boolean = () => false): void {
    this.#shut = { why, unless };
  }

  /** Lets nobody in as long as `reason` gives one, save pages that come back to a call. */
  refuseWhile(reason: () => string | undefined): void {
    this.#lack = reason;
  }

  admitNewcomers(): void {
    this.#shut = undefined;
  }

  close(): void {
    this.refuseNewcomers('the gateway is stopping');
    this.#heartbeat.stop();
    this.#occupancy.stop();
    for (const socket of this.#sockets.clients) socket.close(1001, 'the gateway is stopping');
    const stragglers = setTimeout(() => {
      for (const socket of this.#sockets.clients) socket.terminate();
    }, 500);
    stragglers.unref();
  }

  #whyShut({ headers }: IncomingMessage): string | undefined {
    return this.#shut?.unless(headers.origin ?? '') === false ? this.#shut.why : undefined;
  }

  #welcome(socket: WebSocket, visitor: Visitor, here: End, secure: boolean): void {
    this.visitors.enter(visitor);
    this.#whose.set(socket, visitor);
    const rate = new MessageRate(this.#config.current.limits.messagesPerSecond);
    socket.on('error', error => {
      this.#log.debug({ address: visitor.address, error: error.message }, 'visitor broke the protocol');
      // ws has codes of its own for what no peer may send; a connection that broke has another.
      const { code = '' } = error as NodeJS.ErrnoException;
      const offence = code.startsWith('WS_ERR_') && (visitor.accountable || isOfNoScript(code));
      if (offence) this.#refused(visitor.address, 'malformed');
    });
    const left = () => this.visitors.leave(visitor);
    socket.on('close', () => this.#faults.contain('farewell', left, () => {}));
    const heard = () => {
      this.#heartbeat.heard(socket);
      // What came in the same breath as the message too many is no further offence.
      if (rate.take() || socket.readyState !== socket.OPEN) return;
      this.#log.warn({ address: visitor.address, origin: visitor.origin }, 'visitor sends too fast');
      if (visitor.accountable) this.#refused(visitor.address, 'rate');
      socket.close(1008, 'too many messages');
      socket.terminate();
    };
    // A ping is answered at once, so it costs as much as a message.
    for (const kind of ['message', 'ping', 'pong'] as const) socket.on(kind, heard);
    this.#occupancy.opened(socket, visitor);
    this.#take(socket, here, secure, source => this.visitors.seenAt(visitor, source));
  }
}

export { SIP_PATH };
