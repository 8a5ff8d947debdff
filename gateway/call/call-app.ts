// The gateway's SIP application on drachtio-srf: who may call whom, and the calls that are up.
// Connects to the embedded engine or to a drachtio-server alike.

import { randomUUID } from 'node:crypto';
import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import { EnumerationGuard } from '../auth/enumeration-guard.ts';
import type { Quotas } from '../auth/quotas.ts';
import type { ProbeResult } from '../availability/reachability.ts';
import { echoUser } from '../config/contact.ts';
import { derived, type Live } from '../config/live.ts';
import type { Config } from '../config/schema.ts';
import { createDirectory, type Destination, type Directory } from '../directory/directory.ts';
import { Faults } from '../observe/faults.ts';
import type { Log } from '../observe/log.ts';
import type { ReportRefusal } from '../observe/security-log.ts';
import { redactUri } from '../observe/uri-redaction.ts';
import { isTargetFailure } from '../resolver/failover.ts';
import { Call } from './call.ts';
import type { CallDependencies } from './call-dependencies.ts';
import { type Caller, causeFields } from './call-record.ts';
import type { CallRegistry } from './call-registry.ts';
import { Dialogs } from './dialog.ts';
import { EchoTest } from './echo-test.ts';
import { type EngineAddress, EngineConnection, type EngineState } from './engine-connection.ts';
import { CallErrorBoundary } from './error-boundary.ts';
import type { CallEvents } from './events.ts';
import { ALLOW } from './in-dialog-requests.ts';
import { type Ending, type Outcome, outcome, outcomeOf, refusalHeaders } from './outcome.ts';
import { refusedUnperformed } from './request-inspection.ts';
import { askServers } from './server-probe.ts';
import { tokenCause } from './token-cause.ts';

/** Routed to us so that they are refused in the standard's words rather than by an engine without a route. */
const REFUSED_METHODS = ['register', 'subscribe', 'message', 'publish', 'refer', 'notify', 'info'];

/** How long both sides of a call may take to answer its end, when the gateway stops. */
const FAREWELL_MS = 1_500;

export interface CallAppOptions
  extends Omit<CallDependencies, 'srf' | 'dialogs' | 'limits' | 'boundary' | 'tellsSource' | 'judge'> {
  readonly config: Live<Config>;
  readonly engine: EngineAddress;
  /** Whether there is enough of everything for one more. */
  readonly hasRoom: () => boolean;
  /** How much visitors may take, and have. */
  readonly quotas: Quotas;
  readonly events: CallEvents;
  readonly registry: CallRegistry;
  /** Whether the last calls to this domain failed for a reason that is not the visitors'. */
  isFailing(domain: string): boolean;
  /** Told of calls to nobody whom one may call. */
  readonly refused: ReportRefusal;
}

export class CallApp {
  readonly #options: CallAppOptions;
  readonly #log: Log;
  readonly #directory: Live<Directory>;
  readonly #connection: EngineConnection;
  readonly #foundation: CallDependencies;
  readonly #calls: CallRegistry;
  readonly #asking = new EnumerationGuard();
  #taking = true;

  private constructor(options: CallAppOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#calls = options.registry;
    const boundary = new CallErrorBoundary(new Faults(options.log));
    this.#connection = new EngineConnection(options.engine, options.log, boundary);
    this.#directory = derived(options.config, createDirectory);
    this.#foundation = {
      ...options,
      boundary,
      judge: (target, outcome) => {
        options.events.emit({ type: 'attempted', target, outcome });
        return isTargetFailure(outcome);
      },
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

  /** Connects to the engine and takes calls; rejects, in words for people, when that is not to be. */
  static async start(options: CallAppOptions): Promise<CallApp> {
    const app = new CallApp(options);
    const { srf } = app.#connection;
    const { boundary } = app.#foundation;
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

  /** Whether calls can come and go at all. */
  get engine(): EngineState {
    return this.#connection.state;
  }

  /** Tells `listener` when the engine goes away, and when it is back. */
  onEngine(listener: (state: EngineState) => void): void {
    this.#connection.onChange(listener);
  }

  /** Asks whether a domain's servers are there, ringing nobody. */
  async probe(domain: string): Promise<ProbeResult> {
    return this.engine === 'here' ? await askServers(this.#foundation, domain) : 'unknown';
  }

  /** The WebSocket of a visitor is gone. */
  visitorLeft(visitor: Caller): void {
    for (const call of this.#calls.up()) {
      if (call.caller === visitor) call.visitorLeft();
    }
  }

  /** Takes no new calls; those that are up go on. */
  refuseNewCalls(): void {
    this.#taking = false;
  }

  /** Resolves once no call is left, at the latest after `ms`. */
  async quiet(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>(resolve => {
      timer = setTimeout(resolve, ms);
    });
    const ended = Promise.all(this.#calls.up().map(call => call.record)).then(() => {});
    await Promise.race([late, ended]);
    clearTimeout(timer);
  }

  /** Ends all calls; resolves once both sides of each were told, or had their time to be. */
  async endAll(ending: Ending): Promise<void> {
    const late = new Promise<void>(resolve => setTimeout(resolve, FAREWELL_MS).unref());
    const up = this.#calls.up();
    for (const call of up) call.end(ending);
    const records = up.map(call => call.record);
    // Those that ended a moment ago too: what tells the other side may be lost, and said again.
    const farewells = this.#calls.upAndClosing().map(call => call.farewell());
    await Promise.race([late, Promise.all([...records, ...farewells])]);
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
      caller && !bringsRoute(request) ? this.#directory.current(request.uri, caller) : undefined;
    const why = this.#refusal(caller, destination);
    if (caller && destination && !why) {
      if (!refusedUnperformed(request, response, 'none')) this.#take(caller, destination, request, response);
    } else {
      if (!destination) this.#suspect(request);
      if (destination && why?.cause) {
        this.#options.events.emit({ type: 'refused', domain: destination.domain, outcome: why });
      }
      this.#refuse(why ?? outcome('not-callable'), caller, request, response);
    }
  }

  /** Visitors have proved their address by a handshake; strangers are the engine's to judge, which knows how they came. */
  #suspect({ method, uri, source_address: address, source_port: port }: SrfRequest): void {
    const visitor = this.#options.visitorAt(address, port);
    if (!visitor?.accountable) return;
    if (method !== 'INVITE') this.#options.refused(visitor.address, 'malformed');
    // A page of the owner that names somebody who is not on the list has its visitors call that name again and again.
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
    const full = this.#calls.size >= this.#foundation.limits.calls || !this.#options.hasRoom();
    if (full) return outcome('out-of-capacity');
    const excess = this.#options.quotas.refusal(caller.address, destination);
    if (!excess) return undefined;
    const rate = excess.bound === 'callsPerMinute' && excess.scope === 'perAddress' && caller.accountable;
    // Visitors press again while the owner's telephones fail: that is no flood.
    if (rate && !this.#options.isFailing(destination.domain)) this.#options.refused(caller.address, 'rate');
    const { scope, bound, retrySeconds } = excess;
    return { ...outcome('over-limit'), limit: `${scope}.${bound}`, retrySeconds };
  }

  #take(caller: Caller, destination: Destination, request: SrfRequest, response: SrfResponse): void {
    const Kind = destination.user === echoUser ? EchoTest : Call;
    const call = new Kind(this.#foundation, randomUUID(), caller, destination, request, response);
    this.#calls.add(call);
    caller.grant?.begin();
    const charge = this.#options.quotas.begin(caller.address, destination, () => call.end('minutes-spent'));
    call.onAnswered = charge.answered;
    const ended = call.record.then(record => {
      this.#calls.ended(call);
      caller.grant?.end();
      charge.over();
      this.#options.events.emit({ type: 'ended', record });
    });
    this.#foundation.boundary.run('record', () => ended);
    this.#foundation.boundary.run(
      'call',
      () => call.run(),
      () => call.end('gateway-failed'),
    );
  }

  #refuse(why: Outcome, caller: Caller | undefined, request: SrfRequest, response: SrfResponse): void {
    const address = caller?.address ?? request.source_address;
    const { code, limit, level } = why;
    const uri = redactUri(request.uri);
    const origin = caller?.origin;
    this.#log[level]({ code, limit, address, origin, uri, ...causeFields(why) }, 'call refused');
    response.send(why.status, why.reason, { headers: refusalHeaders(why) });
  }
}

/** No page of ours writes one: a way past the fence, if anybody obeyed it. Nobody does, and who tries is refused. */
function bringsRoute(request: SrfRequest): boolean {
  return request.has('Route') || request.has('Path');
}
