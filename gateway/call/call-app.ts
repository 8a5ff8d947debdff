// The gateway's SIP application on drachtio-srf: who may call whom, and the calls that are up.
// Connects to the embedded engine or to a drachtio-server alike.

import { randomUUID } from 'node:crypto';
import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import type { Config } from '../config/schema.ts';
import type { MediaRelay } from '../media/relay.ts';
import type { Log } from '../observe/log.ts';
import { Call, type CallFoundation } from './call.ts';
import type { Caller, CallRecord } from './call-record.ts';
import { createDirectory, type Directory } from './directory.ts';
import { type Ending, type Outcome, outcome } from './outcome.ts';

const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK';
/** Routed to us so that they are refused in the standard's words rather than by an engine without a route. */
const REFUSED_METHODS = ['register', 'subscribe', 'message', 'publish', 'refer', 'notify', 'info'];

export interface CallAppOptions extends Omit<CallFoundation, 'srf'> {
  readonly config: Config;
  readonly engine: { readonly host: string; readonly port: number; readonly secret: string };
  /** The visitor at the far end of a connection; undefined for whoever is no visitor of ours. */
  visitorAt(address: string, port: number): Caller | undefined;
  /** Told of every call that ended. */
  onRecord(record: CallRecord): void;
}

export class CallApp {
  readonly #options: CallAppOptions;
  readonly #log: Log;
  readonly #directory: Directory;
  readonly #srf: Srf;
  readonly #foundation: CallFoundation;
  readonly #calls = new Map<string, Call>();
  #taking = true;

  private constructor(options: CallAppOptions, srf: Srf) {
    this.#options = options;
    this.#log = options.log;
    this.#srf = srf;
    this.#directory = createDirectory(options.config);
    this.#foundation = { ...options, srf };
    options.media.onEvent(event => this.#calls.get(event.call)?.mediaEvent(event));
  }

  /** Connects to the engine and takes calls; rejects when the engine refuses the secret. */
  static async start(options: CallAppOptions): Promise<CallApp> {
    const srf = new Srf();
    const app = new CallApp(options, srf);
    srf.on('error', error => options.log.error({ error: error.message }, 'connection to the SIP engine failed'));
    srf.use('invite', (request, response) => app.#invited(request, response));
    srf.use('options', (_request, response) => response.send(200, { headers: { Allow: ALLOW } }));
    for (const method of REFUSED_METHODS) {
      srf.use(method, (_request, response) => response.send(405, { headers: { Allow: ALLOW } }));
    }
    await new Promise<void>((resolve, reject) => {
      srf.on('connect', error => (error ? reject(error) : resolve()));
      srf.connect(options.engine);
    });
    return app;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** The WebSocket of a visitor is gone. */
  visitorLeft(visitor: Caller): void {
    for (const call of this.#calls.values()) {
      if (call.caller.address === visitor.address && call.caller.port === visitor.port) call.visitorLeft();
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
    const ended = Promise.all([...this.#calls.values()].map(call => call.record)).then(() => {});
    await Promise.race([late, ended]);
    clearTimeout(timer);
  }

  async endAll(ending: Ending): Promise<void> {
    const calls = [...this.#calls.values()];
    for (const call of calls) call.end(ending);
    await Promise.all(calls.map(call => call.record));
  }

  close(): void {
    this.#srf.disconnect();
  }

  #invited(request: SrfRequest, response: SrfResponse): void {
    const caller = this.#options.visitorAt(request.source_address, request.source_port);
    const destination = caller && this.#directory(request.uri, caller.origin);
    if (!caller || !destination) {
      const why = outcome('not-callable');
      this.#log.info(
        { code: why.code, address: request.source_address, origin: caller?.origin, uri: request.uri },
        'call refused',
      );
      return refuse(response, why);
    }
    if (!this.#taking) return refuse(response, outcome('stopping'));
    if (this.#calls.size >= this.#options.limits.calls) {
      this.#log.warn({ calls: this.#calls.size }, 'call refused: the limit of calls is reached');
      return refuse(response, outcome('out-of-capacity'));
    }
    const call = new Call(this.#foundation, randomUUID(), caller, destination, request, response);
    this.#calls.set(call.id, call);
    void call.record.then(record => {
      this.#calls.delete(call.id);
      this.#options.onRecord(record);
    });
    void call.run();
  }
}

function refuse(response: SrfResponse, { status, reason }: Outcome): void {
  response.send(status, reason, { headers: status === 503 ? { 'Retry-After': '10' } : {} });
}
