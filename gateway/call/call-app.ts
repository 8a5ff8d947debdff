// The gateway's SIP application on drachtio-srf: accepts or refuses each INVITE of a visitor, and has the calls of this
// process. The engine is the embedded one or a drachtio-server.

import type { StoreFailures } from '../auth/store-failures.ts';
import { VISITOR_HEADER, type Visitor } from '../auth/visitor.ts';
import type { ProbeResult } from '../availability/reachability.ts';
import { Faults } from '../observe/faults.ts';
import type { CallDependencies } from './call-dependencies.ts';
import type { CallRegistry } from './call-registry.ts';
import { CallReservations } from './call-reservations.ts';
import { Dialogs } from './dialog.ts';
import { type EngineAddress, EngineConnection, type EngineState } from './engine-connection.ts';
import { CallErrorBoundary } from './error-boundary.ts';
import { ALLOW } from './in-dialog-requests.ts';
import { IncomingCalls, type IncomingCallsOptions } from './incoming-calls.ts';
import type { LocalCalls } from './local-calls.ts';
import type { Ending } from './outcome.ts';
import { refusedUnperformed } from './request-inspection.ts';
import { askServers, type ProbeFailed } from './server-probe.ts';

/** Routed to the application, so that it refuses them with the status of the standard. */
const REFUSED_METHODS = ['register', 'subscribe', 'message', 'publish', 'refer', 'notify', 'info'];

/** Time for both sides of a call, and for the stores, to answer its end when the gateway stops. */
const CLOSING_MS = 1_500;

export interface CallAppOptions
  extends Omit<CallDependencies, 'srf' | 'dialogs' | 'limits' | 'boundary' | 'tellsSource' | 'visitorOf'>,
    Omit<IncomingCallsOptions, 'engine' | 'reservations'> {
  readonly engine: EngineAddress;
  /** The registry of the calls of all processes, and the name of this one in it. */
  readonly registry: CallRegistry;
  readonly owner: string;
  readonly storeFailures: StoreFailures;
  /** The connected visitor with this id. */
  visitor(id: string): Visitor | undefined;
}

export class CallApp {
  readonly #connection: EngineConnection;
  readonly #dependencies: CallDependencies;
  readonly #calls: LocalCalls;
  readonly #reservations: CallReservations;
  readonly #incoming: IncomingCalls;

  private constructor(options: CallAppOptions) {
    this.#calls = options.calls;
    this.#reservations = new CallReservations({
      ...{ quotas: options.quotas.store, registry: options.registry, owner: options.owner },
      failures: options.storeFailures,
      spent: call => this.#calls.get(call)?.end('minutes-spent'),
    });
    const boundary = new CallErrorBoundary(new Faults(options.log));
    this.#connection = new EngineConnection(options.engine, options.log, boundary);
    this.#dependencies = {
      ...options,
      boundary,
      tellsSource: options.engine.guarded === true,
      srf: this.#connection.srf,
      dialogs: new Dialogs(this.#connection.srf, boundary),
      visitorOf(request) {
        const id = request.get(VISITOR_HEADER);
        return id ? options.visitor(id) : undefined;
      },
      get limits() {
        return options.config.current.limits;
      },
    };
    this.#incoming = new IncomingCalls(
      { ...options, reservations: this.#reservations, engine: () => this.engine },
      this.#dependencies,
    );
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
        if (request.method === 'INVITE') app.#incoming.invited(request, response);
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
      if (request.method === 'REGISTER') app.#incoming.suspect(request);
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
  visitorLeft({ id }: Visitor): void {
    for (const call of this.#calls.of(id)) call.visitorLeft();
  }

  /** Refuses new calls; calls that are up go on. */
  refuseNewCalls(): void {
    this.#incoming.stop();
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

  /** Resolves when the stores have the end of each call that has ended, or after a fixed time. */
  async close(): Promise<void> {
    this.#connection.close();
    this.#reservations.close();
    const late = new Promise<void>(resolve => setTimeout(resolve, CLOSING_MS).unref());
    await Promise.race([late, this.#reservations.settled()]);
  }

  #engineChanged(state: EngineState): void {
    for (const call of this.#calls.up()) {
      if (state === 'away') call.engineLeft();
      else call.engineBack();
    }
  }
}
