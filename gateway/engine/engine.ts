// The embedded SIP engine: transports, transactions, dialogs, and drachtio's application protocol. It runs in the same
// process as its application, which sees no difference from a drachtio-server.

import type { WebSocket } from 'ws';
import type { Lookup } from './dialog/next-hop.ts';
import { UserAgent } from './dialog/user-agent.ts';
import { type AdminOptions, AdminServer } from './drachtio/admin-server.ts';
import type { AppConnection } from './drachtio/app-connection.ts';
import { Applications } from './drachtio/applications.ts';
import { Cdr } from './drachtio/cdr.ts';
import { EarlyCancels } from './drachtio/early-cancels.ts';
import { OutboundApplications } from './drachtio/outbound-applications.ts';
import { Registrations } from './drachtio/registrations.ts';
import { type NewRequest, newRequest, Routing, type RoutingRule } from './drachtio/routing.ts';
import { SipIn } from './drachtio/sip-in.ts';
import { ErrorBoundary } from './error-boundary.ts';
import { ProxyCore } from './proxy/proxy-core.ts';
import { IncomingMessages, type OnMalformed } from './transaction/incoming-messages.ts';
import type { StatelessAnswer } from './transaction/stateless.ts';
import { type Clock, defaultTimerBase, systemClock, type TimerBase, Timers } from './transaction/timers.ts';
import type { Endpoint } from './transport/transport.ts';
import { type ListenPoint, TransportLayer, type TransportLimits } from './transport/transport-layer.ts';
import type { WebSocketOptions } from './transport/ws.ts';

export type { NewRequest, ProxyDecision, RouteDecision, RoutingRule } from './drachtio/routing.ts';
export type { StatelessAnswer } from './transaction/stateless.ts';
export type { Clock } from './transaction/timers.ts';

/** The part of pino that the engine uses. */
export interface EngineLog {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

export interface EngineOptions {
  readonly listen: readonly ListenPoint[];
  /** Where applications connect. `secret` is what they must send. */
  readonly admin: AdminOptions;
  readonly log?: EngineLog;
  readonly clock?: Clock;
  /** RFC 3261's T1, T2 and T4, and Timer B, in milliseconds. */
  readonly timers?: Partial<TimerBase>;
  /** User-Agent and Server if an application sets none. */
  readonly userAgent?: string;
  /** Resolves next hops that are host names. Default: such hops fail. The gateway has its own resolver. */
  readonly lookup?: Lookup;
  /**
   * Whether requests in a dialog may go to the address, or host name, in the peer's Contact or Record-Route. If not,
   * they use the flow that the peer used. Default: anywhere.
   */
  readonly mayReach?: (address: string) => boolean;
  /**
   * Answers requests outside dialogs statelessly, before a transaction exists and before an application or `route`
   * receives them: the answer is sent once, with no 100, and over UDP it is not much larger than the request (RFC 3261
   * 8.2.7). Not called for ACK and CANCEL. Default: none.
   */
  readonly answer?: (request: NewRequest) => StatelessAnswer | undefined;
  /**
   * If set, a 2xx to an INVITE that is not 200 or has no readable Contact reaches applications as a 200, with the
   * address that it came from as Contact. Default: it is passed on unchanged and a BYE ends its dialog, because
   * drachtio-srf makes no dialog from it.
   */
  readonly takesAnyAnswer?: boolean;
  /**
   * Decides about each request outside dialogs: which application gets it, or what else is done with it. Default: the
   * applications that route the method, in turn.
   */
  readonly route?: RoutingRule;
  readonly limits?: Partial<EngineLimits>;
  /**
   * Called for each message that was refused for its form. The source address is verified if the flow is `reliable`.
   */
  readonly onMalformed?: OnMalformed;
}

export interface EngineLimits {
  /** Limit of client transactions, and of server transactions. Default 50,000. */
  readonly transactions: number;
  /** Default 50,000. */
  readonly dialogs: number;
  readonly transports: TransportLimits;
}

export interface EngineCounts {
  readonly applications: number;
  /** Open connections. UDP has none. */
  readonly flows: number;
  readonly clientTransactions: number;
  readonly serverTransactions: number;
  readonly dialogs: number;
  readonly timers: number;
}

const silent: EngineLog = { debug() {}, info() {}, warn() {}, error() {} };

export class Engine {
  readonly #transports: TransportLayer;
  readonly #applications: Applications;
  readonly #agent: UserAgent;
  readonly #server: AdminServer;
  readonly #admin: { readonly address: string; readonly port: number };
  readonly #faults: ErrorBoundary;

  private constructor(
    transports: TransportLayer,
    applications: Applications,
    agent: UserAgent,
    server: AdminServer,
    admin: { readonly address: string; readonly port: number },
    faults: ErrorBoundary,
  ) {
    this.#transports = transports;
    this.#applications = applications;
    this.#agent = agent;
    this.#server = server;
    this.#admin = admin;
    this.#faults = faults;
  }

  /** Listens on all points. If one fails, rejects with the operating system's error and listens on none. */
  static async start(options: EngineOptions): Promise<Engine> {
    const log = options.log ?? silent;
    const clock = options.clock ?? systemClock;
    const faults = new ErrorBoundary(log, clock);
    const incoming = new IncomingMessages(log, faults, options.onMalformed);
    const transports = await TransportLayer.listen(
      options.listen,
      incoming,
      log,
      options.limits?.transports ?? {},
    );
    const applications = new Applications();
    const timers = new Timers(clock, { ...defaultTimerBase, ...options.timers }, faults);
    const cdr = new Cdr(applications, clock);
    const registrations = new Registrations(clock);
    const routing = new Routing(options.route, applications, registrations, cdr, log, faults);
    const earlyCancels = new EarlyCancels(timers);
    const sipIn = new SipIn(applications, timers, routing, cdr, earlyCancels);
    const agent = new UserAgent(sipIn, {
      network: transports,
      timers,
      lookup: options.lookup ?? noLookup,
      mayReach: options.mayReach ?? (() => true),
      log,
      userAgent: options.userAgent,
      limits: {
        transactions: options.limits?.transactions ?? 50_000,
        dialogs: options.limits?.dialogs ?? 50_000,
      },
      takesAnyAnswer: options.takesAnyAnswer ?? false,
      answer: options.answer && ((request, flow) => options.answer?.(newRequest(request, flow))),
    });
    incoming.open(agent.transactions);
    const proxy = new ProxyCore(agent, transports, bye => cdr.stop('network', 'normal-release', bye));
    agent.forwarder = proxy;
    const dependencies = { agent, network: transports, proxy, cdr, earlyCancels, registrations };
    const server = new AdminServer(options.admin, applications, dependencies, log);
    const inUse = (connection: AppConnection) => agent.isInUse(connection);
    routing.outbound = new OutboundApplications(applications, server, timers, inUse);
    routing.proxy = proxy;
    try {
      const admin = await server.listen();
      log.info(admin, 'waiting for applications');
      return new Engine(transports, applications, agent, server, admin, faults);
    } catch (error) {
      await transports.close();
      throw error;
    }
  }

  /** The address for `srf.connect({ host, port, secret })`. */
  get admin(): { readonly address: string; readonly port: number } {
    return this.#admin;
  }

  /** The configured points, with the ports that are really bound. */
  get points(): readonly ListenPoint[] {
    return this.#transports.points;
  }

  /**
   * Takes over a WebSocket that speaks SIP (RFC 7118). `remote` is the visitor's address as the edge determined it;
   * applications see it as the source.
   */
  acceptWebSocket(
    socket: WebSocket,
    remote: Endpoint,
    secure: boolean,
    options: WebSocketOptions = {},
  ): void {
    this.#transports.acceptWebSocket(socket, remote, secure, options);
  }

  /** The number of internal errors since the start. The log has the first ten of each minute. */
  get faults(): number {
    return this.#faults.count;
  }

  counts(): EngineCounts {
    const { tcp, tls, ws, wss } = this.#transports.counts();
    return {
      applications: this.#applications.size,
      flows: tcp + tls + ws + wss,
      ...this.#agent.transactions.counts(),
      dialogs: this.#agent.dialogs.size,
      timers: this.#agent.timers.running,
    };
  }

  /** Closes all connections to applications and peers without ending calls. End the calls before, if that is needed. */
  async stop(): Promise<void> {
    this.#agent.close();
    await this.#server.close();
    await this.#transports.close();
    this.#agent.close();
  }
}

async function noLookup(hostname: string): Promise<string> {
  throw new Error(`no lookup is configured: cannot resolve ${hostname}`);
}
