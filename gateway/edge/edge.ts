// The WebSockets of browsers: admission, message rate and message size. Passes accepted sockets to the SIP engine. Does not
// depend on SIP.

import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { AddressRate } from '../auth/address-rate.ts';
import { Authorization } from '../auth/authorization.ts';
import { isOfNoScript } from '../auth/offence.ts';
import { newVisitorId, type Visitor } from '../auth/visitor.ts';
import type { Live } from '../config/live.ts';
import type { Config } from '../config/schema.ts';
import { clientAddressOf } from '../net/client-address.ts';
import { networkOf, plainAddress } from '../net/network-address.ts';
import { Faults } from '../observe/faults.ts';
import type { Log } from '../observe/log.ts';
import { ignoreRefusal, type ReportRefusal } from '../observe/security-log.ts';
import type { AcceptedSocket, AcceptSocket } from './accepted-socket.ts';
import { type Admission, admit, SIP_PATH, SUBPROTOCOL, type UpgradeRefusal } from './admission.ts';
import { greeting } from './greeting.ts';
import { Heartbeat } from './heartbeat.ts';
import { type Callers, IdleTimeout } from './idle-timeout.ts';
import { MessageRate } from './message-rate.ts';
import { MissingProxy } from './missing-proxy.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { guardSocket } from './socket-error-boundary.ts';
import { withVisitor } from './visitor-header.ts';
import { Visitors } from './visitors.ts';

/** SIP over WebSocket needs neither large messages nor many fragments; the defaults of ws allow both. */
const WS_LIMITS = {
  maxPayload: 64 * 1024,
  maxFragments: 16,
  maxBufferedChunks: 256,
  /** Pongs that may wait for a page that does not read. */
  maxPendingAutoPongs: 64,
  /** Milliseconds for a page to answer a close frame; until then the connection stays open. */
  closeTimeout: 5_000,
  perMessageDeflate: false,
};

/** Refusals of one address for pages that no site lists; beyond that rate the answer is 429. */
const foreignRate = { burst: 60, everyMs: 1_000 };

const tooManyRequests = { status: 429, reason: 'too many requests from this address' } as const;

export interface EdgeOptions {
  readonly visitors?: Visitors;
  readonly refused?: ReportRefusal;
  readonly authorization?: Authorization;
  /** Milliseconds of a monotonic clock. */
  readonly now?: (() => number) | undefined;
  readonly callers?: Callers;
}

export class Edge {
  readonly visitors: Visitors;
  readonly #config: Live<Config>;
  readonly #log: Log;
  readonly #refused: ReportRefusal;
  readonly #acceptSocket: AcceptSocket;
  readonly #authorization: Authorization;
  readonly #sockets: WebSocketServer;
  readonly #heartbeat: Heartbeat;
  readonly #idleTimeout: IdleTimeout;
  readonly #faults: Faults;
  readonly #foreign: AddressRate;
  /** Detects a proxy that the configuration does not name. */
  readonly #missingProxy: MissingProxy | undefined;
  readonly #visitorOf = new WeakMap<WebSocket, Visitor>();
  /** Why new visitors are refused, and the origins that are excepted. */
  #closed: { readonly why: string; readonly unless: (origin: string) => boolean } | undefined;
  #exhaustedResource: () => string | undefined = () => undefined;

  constructor(
    config: Live<Config>,
    acceptSocket: AcceptSocket,
    log: Log,
    {
      refused = ignoreRefusal,
      authorization = new Authorization(config),
      now = () => performance.now(),
      callers = () => new Set(),
      visitors = visitorsOf(config.current),
    }: EdgeOptions = {},
  ) {
    this.#config = config;
    this.#authorization = authorization;
    this.visitors = visitors;
    this.#acceptSocket = acceptSocket;
    this.#log = log;
    this.#missingProxy = config.current.proxy ? undefined : new MissingProxy(log);
    this.#refused = refused;
    this.#sockets = new WebSocketServer({ noServer: true, handleProtocols: () => SUBPROTOCOL, ...WS_LIMITS });
    this.#faults = new Faults(log);
    this.#heartbeat = new Heartbeat(this.#sockets.clients);
    this.#idleTimeout = new IdleTimeout(callers, now);
    this.#foreign = new AddressRate({ ...foreignRate, now });
  }

  /** Answers the upgrade requests of `server`. `allows`: false when the client address exceeds its request rate. */
  attach(server: Server, secure: boolean, allows: (request: IncomingMessage) => boolean = () => true): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      if (!allows(request)) return refuseUpgrade(socket, tooManyRequests);
      this.#decide(request)
        .then(decision => {
          if ('status' in decision) this.#refuse(request, socket, head, decision);
          else this.#accept(request, socket, head, decision, secure);
        })
        .catch((error: unknown) => {
          this.#faults.note('upgrade', error);
          socket.destroy();
        });
    });
  }

  async #decide(request: IncomingMessage): Promise<Admission | UpgradeRefusal> {
    const { visitors } = this;
    const config = this.#config.current;
    const address = clientAddressOf(request);
    this.#missingProxy?.observe(request);
    const closed = this.#whyClosed(request);
    const decision: Admission | UpgradeRefusal = closed
      ? { status: 503, reason: closed }
      : await admit(request, address, {
          ...{ config, visitors, authorization: this.#authorization },
          exhausted: this.#exhaustedResource(),
        });
    if (!('status' in decision)) {
      const { denial, origin } = decision;
      if (denial) this.#log.info({ address, origin, denial }, 'visitor admitted without a right to call');
      return decision;
    }
    const level = decision.denial || decision.limit ? 'info' : 'debug';
    this.#log[level]({ address, origin: request.headers.origin, ...decision }, 'visitor refused');
    if (decision.offence) this.#refused(address, decision.offence);
    if (!decision.foreign || this.#foreign.take(address)) return decision;
    return tooManyRequests;
  }

  /** A page that needs the reason gets it as a close code; messages on that WebSocket are ignored. */
  #refuse(request: IncomingMessage, socket: Duplex, head: Buffer, refusal: UpgradeRefusal): void {
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

  #accept(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    admission: Admission,
    secure: boolean,
  ): void {
    const { grant, place, ...established } = admission;
    const release = () => {
      place.release();
      this.#authorization.grants.release(grant);
    };
    const closed = this.#whyClosed(request);
    // The connection closed during the check, or the gateway stops.
    if (closed || socket.destroyed) {
      release();
      if (closed) refuseUpgrade(socket, { status: 503, reason: closed });
      return;
    }
    const { remoteAddress = '', remotePort: port = 0 } = request.socket;
    const remote = { address: plainAddress(remoteAddress), port };
    const visitor: Visitor = {
      id: newVisitorId(),
      address: clientAddressOf(request),
      grant,
      ...established,
    };
    // Also when ws refuses the handshake and calls nothing.
    socket.once('close', release);
    this.#sockets.handleUpgrade(request, socket, head, accepted => {
      guardSocket(accepted, this.#faults);
      const first = greeting(request.url, this.#config.current, Date.now(), grant?.resumeKey);
      if (first) accepted.send(first);
      // The call may have ended, or been refused, after the connection closed.
      accepted.on('close', release);
      this.#opened({
        ...{ socket: accepted, visitor, remote, secure },
        identified: frame => withVisitor(frame, visitor.id),
      });
    });
  }

  /** Internal failures that closed the connection of one visitor. */
  get faults(): number {
    return this.#faults.count;
  }

  /** Closes all WebSockets; pages that need one connect again (RFC 6455 7.4.1: 1013). */
  closeAll(why: string): void {
    for (const socket of this.#sockets.clients) socket.close(1013, why);
  }

  /** Closes the WebSockets of visitors that match, because the gateway stops (RFC 6455 7.4.1: 1001). */
  closeWhere(matches: (visitor: Visitor) => boolean, why: string): void {
    for (const socket of this.#sockets.clients) {
      const visitor = this.#visitorOf.get(socket);
      if (visitor && matches(visitor)) socket.close(1001, why);
    }
  }

  /** Refuses new visitors until {@link acceptNewVisitors}, except origins for which `unless` is true. Others stay connected. */
  refuseNewVisitors(why: string, unless: (origin: string) => boolean = () => false): void {
    this.#closed = { why, unless };
  }

  /** Refuses new visitors while `reason` returns one, except pages that resume a call. */
  refuseWhile(reason: () => string | undefined): void {
    this.#exhaustedResource = reason;
  }

  acceptNewVisitors(): void {
    this.#closed = undefined;
  }

  close(): void {
    this.refuseNewVisitors('the gateway is stopping');
    this.#heartbeat.stop();
    this.#idleTimeout.stop();
    for (const socket of this.#sockets.clients) socket.close(1001, 'the gateway is stopping');
    const terminateTimer = setTimeout(() => {
      for (const socket of this.#sockets.clients) socket.terminate();
    }, 500);
    terminateTimer.unref();
  }

  #whyClosed({ headers }: IncomingMessage): string | undefined {
    return this.#closed?.unless(headers.origin ?? '') === false ? this.#closed.why : undefined;
  }

  #opened(accepted: AcceptedSocket): void {
    const { socket, visitor } = accepted;
    this.visitors.add(visitor);
    this.#visitorOf.set(socket, visitor);
    const rate = new MessageRate(this.#config.current.limits.messagesPerSecond);
    socket.on('error', error => {
      this.#log.debug(
        { address: visitor.address, error: error.message },
        'protocol error on the WebSocket of a visitor',
      );
      // WS_ERR_ is the prefix of ws for protocol errors; a broken connection has another code.
      const { code = '' } = error as NodeJS.ErrnoException;
      const offence = code.startsWith('WS_ERR_') && (visitor.accountable || isOfNoScript(code));
      if (offence) this.#refused(visitor.address, 'malformed');
    });
    const remove = () => this.visitors.remove(visitor);
    socket.on('close', () => this.#faults.contain('visitor left', remove, () => {}));
    const received = () => {
      this.#heartbeat.received(socket);
      // Messages in the same TCP segment after the one that exceeded the rate are no further offence.
      if (rate.take() || socket.readyState !== socket.OPEN) return;
      this.#log.warn(
        { address: visitor.address, origin: visitor.origin },
        'visitor exceeds limits.messagesPerSecond: WebSocket closed',
      );
      if (visitor.accountable) this.#refused(visitor.address, 'rate-limit');
      socket.close(1008, 'too many messages');
      socket.terminate();
    };
    // A ping is answered immediately, so it costs as much as a message.
    for (const kind of ['message', 'ping', 'pong'] as const) socket.on(kind, received);
    this.#idleTimeout.opened(socket, visitor);
    this.#acceptSocket(accepted);
  }
}

/** The visitors of a gateway. The addresses of one IPv6 network count as one (limits.addressBits). */
export function visitorsOf({ limits }: Config): Visitors {
  return new Visitors(address => networkOf(address, limits.addressBits) ?? address);
}

export { SIP_PATH };
