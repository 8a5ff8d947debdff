// The gateway's SIP application on drachtio-srf: accepts or refuses each INVITE of a visitor, and has the calls that are
// up. The engine is the embedded one or a drachtio-server.

import { randomUUID } from 'node:crypto';
import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import { EnumerationGuard } from '../auth/enumeration-guard.ts';
import type { Quotas } from '../auth/quotas.ts';
import type { ProbeResult } from '../availability/reachability.ts';
import { echoUser } from '../config/contact.ts';
import type { Live } from '../config/live.ts';
import type { Config } from '../config/schema.ts';
import { type Destination, directoryOf } from '../directory/directory.ts';
import { Faults } from '../observe/faults.ts';
import type { Log } from '../observe/log.ts';
import type { ReportRefusal } from '../observe/security-log.ts';
import { redactUri } from '../observe/uri-redaction.ts';
import { Call } from './call.ts';
import type { CallDependencies } from './call-dependencies.ts';
import type { CallRegistry } from './call-registry.ts';
import type { Caller, ReceivedCall } from './caller.ts';
import { causeFields } from './cause.ts';
import { Dialogs } from './dialog.ts';
import { EchoTest } from './echo-test.ts';
import { type EngineAddress, EngineConnection, type EngineState } from './engine-connection.ts';
import { CallErrorBoundary } from './error-boundary.ts';
import type { CallEvents, CallIdentity } from './events.ts';
import { ALLOW } from './in-dialog-requests.ts';
import { type Ending, type Outcome, outcome, outcomeOf, refusalHeaders } from './outcome.ts';
import { readPageContext } from './page-context.ts';
import { refusedUnperformed } from './request-inspection.ts';
import { askServers, type ProbeFailed } from './server-probe.ts';
import { tokenCause } from './token-cause.ts';

/** Routed to the application, so that it refuses them with the status of the standard. */
const REFUSED_METHODS = ['register', 'subscribe', 'message', 'publish', 'refer', 'notify', 'info'];

/** Time for both sides of a call to answer its end when the gateway stops. */
const CLOSING_MS = 1_500;

export interface CallAppOptions
  extends Omit<CallDependencies, 'srf' | 'dialogs' | 'limits' | 'boundary' | 'tellsSource'> {
  readonly config: Live<Config>;
  readonly engine: EngineAddress;
  /** Whether the process has resources for one more call. */
  readonly hasRoom: () => boolean;
  /** The quotas of visitors and their use. */
  readonly quotas: Quotas;
  readonly events: CallEvents;
  readonly registry: CallRegistry;
  /** Whether the last calls to this domain failed for a reason that visitors do not cause. */
  isFailing(domain: string): boolean;
  /** Called when a visitor calls an address that the configuration does not have. */
  readonly refused: ReportRefusal;
}

export class CallApp {
  readonly #options: CallAppOptions;
  readonly #log: Log;
  readonly #config: Live<Config>;
  readonly #connection: EngineConnection;
  readonly #dependencies: CallDependencies;
  readonly #calls: CallRegistry;
  readonly #asking = new EnumerationGuard();
  #taking = true;

  private constructor(options: CallAppOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#calls = options.registry;
    const boundary = new CallErrorBoundary(new Faults(options.log));
    this.#connection = new EngineConnection(options.engine, options.log, boundary);
    this.#config = options.config;
    this.#dependencies = {
      ...options,
      boundary,
      tellsSource: options.engine.guarded === true,
      srf: this.#connection.srf,
      dialogs: new Dialogs(this.#connection.srf, boundary),
      get limits() {
        return options.config.current.limits;
      },
    };
    this.#connection.onChange(state => this.#engineChanged(state));
    options.media.onEvent(event =>
      boundary.run(event.type, () => this.#calls.get(event.call)?.mediaEvent(event)),
    );
  }

  /** Connects to the engine and accepts calls. Rejects with a message for the administrator. */
  static async start(options: CallAppOptions): Promise<CallApp> {
    const app = new CallApp(options);
    const { srf } = app.#connection;
    const { boundary } = app.#dependencies;
    srf.use(
      'invite',
      boundary.answering((request, response) => {
        // drachtio-srf compares the beginnings of methods, in any case: `invite` and `INVITED` come here as well.
        if (request.method === 'INVITE') app.#invited(request, response);
        else response.send(501);
      }),
    );
    srf.use(
      'options',
      boundary.answering((request, response) => {
        if (!refusedUnperformed(request, response, 'none')) response.send(200, { headers: { Allow: ALLOW } });
      }),
    );
    const refuse = boundary.answering((request, response) => {
      if (request.method === 'REGISTER') app.#suspect(request);
      response.send(405, { headers: { Allow: ALLOW } });
    });
    for (const method of REFUSED_METHODS) srf.use(method, refuse);
    // drachtio-srf would answer a PRACK with 200, an UPDATE with nothing and the rest with 404.
    srf.use(
      boundary.answering((request, response) => {
        if (request.method !== 'ACK') response.send(481);
      }),
    );
    await app.#connection.open();
    return app;
  }

  /** The state of the connection to the engine. */
  get engine(): EngineState {
    return this.#connection.state;
  }

  /** `listener` is called when the connection to the engine is lost, and when it is back. */
  onEngine(listener: (state: EngineState) => void): void {
    this.#connection.onChange(listener);
  }

  /** Checks by OPTIONS whether the servers of a domain answer. No telephone rings. */
  async probe(domain: string, failed: ProbeFailed): Promise<ProbeResult> {
    return this.engine === 'here' ? await askServers(this.#dependencies, domain, failed) : 'unknown';
  }

  /** The WebSocket of a visitor is closed. */
  visitorLeft(visitor: Caller): void {
    for (const call of this.#calls.up()) {
      if (call.caller === visitor) call.visitorLeft();
    }
  }

  /** Refuses new calls; calls that are up go on. */
  refuseNewCalls(): void {
    this.#taking = false;
  }

  /** Resolves when no call is left, at the latest after `ms`. */
  async quiet(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>(resolve => {
      timer = setTimeout(resolve, ms);
    });
    const ended = Promise.all(this.#calls.up().map(call => call.ended)).then(() => {});
    await Promise.race([late, ended]);
    clearTimeout(timer);
  }

  /** Ends all calls. Resolves when both sides of each have answered, or after a fixed time. */
  async endAll(ending: Ending): Promise<void> {
    const late = new Promise<void>(resolve => setTimeout(resolve, CLOSING_MS).unref());
    const up = this.#calls.up();
    for (const call of up) call.end(ending);
    const ended = up.map(call => call.ended);
    // Calls that ended a moment ago are waited for too: a BYE may be lost, and is sent again.
    const closed = this.#calls.upAndClosing().map(call => call.closed());
    await Promise.race([late, Promise.all([...ended, ...closed])]);
  }

  close(): void {
    this.#connection.close();
  }

  #engineChanged(state: EngineState): void {
    for (const call of this.#calls.up()) {
      if (state === 'away') call.engineLeft();
      else call.engineBack();
    }
  }

  #invited(request: SrfRequest, response: SrfResponse): void {
    const caller = this.#options.visitorAt(request.source_address, request.source_port);
    const destination =
      caller && !bringsRoute(request)
        ? directoryOf(this.#config.current).destination(request.uri, caller)
        : undefined;
    const why = this.#refusal(caller, destination);
    const id = randomUUID();
    if (!caller || !destination) {
      this.#suspect(request);
      this.#refuse(id, why ?? outcome('not-callable'), caller, request, response);
      return;
    }
    const context = readPageContext(name => request.get(name), caller.origin);
    const received = { id, caller, destination, context, request, response };
    if (why) {
      this.#emitReceived(received);
      this.#options.events.emit(identityOf(received), { type: 'refused', outcome: why });
      this.#refuse(id, why, caller, request, response);
    } else if (!refusedUnperformed(request, response, 'none')) this.#take(received);
  }

  /**
   * Reports an offence of a visitor, whose address is proved by a handshake. The engine reports other peers: it has
   * their transport.
   */
  #suspect({ method, uri, source_address: address, source_port: port }: SrfRequest): void {
    const visitor = this.#options.visitorAt(address, port);
    if (!visitor?.accountable) return;
    if (method !== 'INVITE') this.#options.refused(visitor.address, 'malformed');
    // A page of the owner may name a person who is not callable. Its visitors then call this name again and again.
    else if (this.#asking.isFirst(visitor.address, redactUri(uri).toLowerCase()))
      this.#options.refused(visitor.address, 'wrong-destination');
  }

  #refusal(caller: Caller | undefined, destination: Destination | undefined): Outcome | undefined {
    // The same for each name: a page without a good token does not learn who can be called.
    if (caller?.denial) return outcomeOf(tokenCause(caller.denial));
    if (!caller || !destination) return outcome('not-callable');
    if (!(caller.grant?.isFor(destination) ?? destination.free)) return outcome('not-granted');
    if (this.#connection.state === 'away') return outcome('engine-away');
    if (!this.#taking) return outcome('stopping');
    const full = this.#calls.size >= this.#dependencies.limits.calls || !this.#options.hasRoom();
    if (full) return outcome('out-of-capacity');
    const excess = this.#options.quotas.refusal(caller.address, destination);
    if (!excess) return undefined;
    const rate = excess.bound === 'callsPerMinute' && excess.scope === 'perAddress' && caller.accountable;
    // Visitors call again while the owner's telephones fail. This is not a flood.
    if (rate && !this.#options.isFailing(destination.domain))
      this.#options.refused(caller.address, 'rate-limit');
    const { scope, bound, retrySeconds } = excess;
    return { ...outcome('over-limit'), limit: `${scope}.${bound}`, retrySeconds };
  }

  #take(received: ReceivedCall): void {
    const { caller, destination } = received;
    const { boundary } = this.#dependencies;
    const isEcho = destination.user === echoUser;
    const call = isEcho ? new EchoTest(this.#dependencies, received) : new Call(this.#dependencies, received);
    this.#calls.add(call);
    caller.grant?.begin();
    const charge = this.#options.quotas.begin(caller.address, destination, () => call.end('minutes-spent'));
    call.onAnswered = charge.answered;
    const ended = call.ended.then(() => {
      this.#calls.ended(call);
      caller.grant?.end();
      charge.over();
    });
    boundary.run('end of a call', () => ended);
    this.#emitReceived(received);
    boundary.run(
      'call',
      () => call.run(),
      () => call.end('gateway-failed'),
    );
  }

  #emitReceived(received: ReceivedCall): void {
    const { caller, context } = received;
    const { address, origin } = caller;
    this.#options.events.emit(identityOf(received), { type: 'received', address, origin, context });
  }

  #refuse(
    call: string,
    why: Outcome,
    caller: Caller | undefined,
    request: SrfRequest,
    response: SrfResponse,
  ): void {
    const address = caller?.address ?? request.source_address;
    const { code, limit, level } = why;
    const uri = redactUri(request.uri);
    const origin = caller?.origin;
    const reason = causeFields(why.cause);
    this.#log[level]({ call, code, limit, address, origin, uri, ...reason }, 'call refused');
    response.send(why.status, why.reason, { headers: refusalHeaders(why) });
  }
}

function identityOf({ id, destination }: ReceivedCall): CallIdentity {
  return { call: id, site: destination.domain, user: destination.user };
}

/** No page of this product sends a Route. A Route could lead past the address fence: the INVITE is refused. */
function bringsRoute(request: SrfRequest): boolean {
  return request.has('Route') || request.has('Path');
}
