// Browsers' WebSockets: who may enter, how fast, how large. Hands accepted sockets on; knows no SIP.

import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { AddressRate } from '../auth/address-rate.ts';
import { Authorization } from '../auth/authorization.ts';
import { isOfNoScript } from '../auth/offence.ts';
import type { Live } from '../config/live.ts';
import type { Config } from '../config/schema.ts';
import { clientAddressOf } from '../net/client-address.ts';
import { networkOf, plainAddress } from '../net/network-address.ts';
import { Faults } from '../observe/faults.ts';
import type { Log } from '../observe/log.ts';
import { ignoreRefusal, type ReportRefusal } from '../observe/security-log.ts';
import { type Admission, admit, SIP_PATH, type UpgradeRefusal } from './admission.ts';
import { greeting } from './greeting.ts';
import { Heartbeat } from './heartbeat.ts';
import { type Callers, IdleTimeout } from './idle-timeout.ts';
import { MessageRate } from './message-rate.ts';
import { MissingProxy } from './missing-proxy.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { guardSocket } from './socket-error-boundary.ts';
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
  readonly visitors?: Visitors;
  readonly refused?: ReportRefusal;
  readonly entrance?: Authorization;
  /** Milliseconds that never jump. */
  readonly now?: (() => number) | undefined;
  readonly callers?: Callers;
}

export class Edge {
  readonly visitors: Visitors;
  readonly #config: Live<Config>;
  readonly #log: Log;
  readonly #refused: ReportRefusal;
  readonly #take: SocketTaker;
  readonly #entrance: Authorization;
  readonly #sockets: WebSocketServer;
  readonly #heartbeat: Heartbeat;
  readonly #occupancy: IdleTimeout;
  readonly #faults: Faults;
  readonly #foreign: AddressRate;
  /** Looks for a proxy that nobody has named. */
  readonly #oneSource: MissingProxy | undefined;
  readonly #whose = new WeakMap<WebSocket, Visitor>();
  /** Why nobody is let in, and who is all the same. */
  #shut: { readonly why: string; readonly unless: (origin: string) => boolean } | undefined;
  #exhausted: () => string | undefined = () => undefined;

  constructor(
    config: Live<Config>,
    take: SocketTaker,
    log: Log,
    {
      refused = ignoreRefusal,
      entrance = new Authorization(config),
      now = () => performance.now(),
      callers = () => new Set(),
      visitors = visitorsOf(config.current),
    }: EdgeOptions = {},
  ) {
    this.#config = config;
    this.#entrance = entrance;
    this.visitors = visitors;
    this.#take = take;
    this.#log = log;
    this.#oneSource = config.current.proxy ? undefined : new MissingProxy(log);
    this.#refused = refused;
    this.#sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'sip', ...WS_LIMITS });
    this.#faults = new Faults(log);
    this.#heartbeat = new Heartbeat(this.#sockets.clients);
    this.#occupancy = new IdleTimeout(callers, now);
    this.#foreign = new AddressRate({ ...foreignRate, now });
  }

  /** Answers upgrade requests of `server` from now on; `allows`: as far as their address may ask anything at all. */
  attach(server: Server, secure: boolean, allows: (request: IncomingMessage) => boolean = () => true): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      if (!allows(request)) return refuseUpgrade(socket, tooMany);
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

  async #judge(request: IncomingMessage): Promise<Admission | UpgradeRefusal> {
    const { visitors } = this;
    const config = this.#config.current;
    const address = clientAddressOf(request);
    this.#oneSource?.saw(request);
    const shut = this.#whyShut(request);
    const threshold = { config, entrance: this.#entrance, visitors, exhausted: this.#exhausted() };
    const verdict: Admission | UpgradeRefusal = shut
      ? { status: 503, reason: shut }
      : await admit(request, address, threshold);
    if (!('status' in verdict)) {
      const { denial, origin } = verdict;
      if (denial) this.#log.info({ address, origin, denial }, 'visitor let in without a right to call');
      return verdict;
    }
    const level = verdict.denial || verdict.limit ? 'info' : 'debug';
    this.#log[level]({ address, origin: request.headers.origin, ...verdict }, 'visitor refused');
    if (verdict.offence) this.#refused(address, verdict.offence);
    if (!verdict.foreign || this.#foreign.take(address)) return verdict;
    return tooMany;
  }

  /** A page that has to know why reads it from how its WebSocket closes; nothing that it sends there is heard. */
  #turnAway(request: IncomingMessage, socket: Duplex, head: Buffer, refusal: UpgradeRefusal): void {
    const { closeCode, reason } = refusal;
    if (closeCode === undefined) {
      refuseUpgrade(socket, refusal);
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
    const address = clientAddressOf(request);
    socket.once('close', () => this.#entrance.grants.left(grant));
    this.#sockets.handleUpgrade(request, socket, head, accepted => {
      guardSocket(accepted, this.#faults);
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
    this.#exhausted = reason;
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
      if (visitor.accountable) this.#refused(visitor.address, 'rate-limit');
      socket.close(1008, 'too many messages');
      socket.terminate();
    };
    // A ping is answered at once, so it costs as much as a message.
    for (const kind of ['message', 'ping', 'pong'] as const) socket.on(kind, heard);
    this.#occupancy.opened(socket, visitor);
    this.#take(socket, here, secure, source => this.visitors.seenAt(visitor, source));
  }
}

/** The visitors of a gateway. Addresses of one home count as one (limits.addressBits). */
export function visitorsOf({ limits }: Config): Visitors {
  return new Visitors(address => networkOf(address, limits.addressBits) ?? address);
}

export { SIP_PATH };
