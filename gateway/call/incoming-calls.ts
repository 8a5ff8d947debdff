// The INVITEs of visitors: each is refused, or becomes a call of this process. A call reserves its quotas before it is set
// up; meanwhile it can be cancelled and ended like any other.

import { randomUUID } from 'node:crypto';
import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import { EnumerationGuard } from '../auth/enumeration-guard.ts';
import type { QuotaRefusal } from '../auth/quota-store.ts';
import type { Quotas } from '../auth/quotas.ts';
import type { Visitor } from '../auth/visitor.ts';
import { echoUser } from '../config/contact.ts';
import type { Live } from '../config/live.ts';
import type { Config } from '../config/schema.ts';
import { type Destination, directoryOf } from '../directory/directory.ts';
import type { ReportRefusal } from '../observe/security-log.ts';
import { redactUri } from '../observe/uri-redaction.ts';
import { Call } from './call.ts';
import type { CallDependencies } from './call-dependencies.ts';
import type { CallReservations } from './call-reservations.ts';
import { causeFields } from './cause.ts';
import { EchoTest } from './echo-test.ts';
import type { EngineState } from './engine-connection.ts';
import type { CallIdentity } from './events.ts';
import type { LocalCalls } from './local-calls.ts';
import { type Outcome, outcome, outcomeOf, refusalHeaders } from './outcome.ts';
import { readPageContext } from './page-context.ts';
import type { ReceivedCall } from './received-call.ts';
import { refusedUnperformed } from './request-inspection.ts';
import { tokenCause } from './token-cause.ts';

export interface IncomingCallsOptions {
  readonly config: Live<Config>;
  readonly calls: LocalCalls;
  readonly reservations: CallReservations;
  readonly quotas: Quotas;
  /** The state of the connection to the engine. */
  readonly engine: () => EngineState;
  /** Whether the process has resources for one more call. */
  readonly hasRoom: () => boolean;
  /** Whether the last calls to this domain failed for a reason that visitors do not cause. */
  isFailing(domain: string): boolean;
  /** Called when a visitor calls an address that the configuration does not have. */
  readonly refused: ReportRefusal;
}

export class IncomingCalls {
  readonly #options: IncomingCallsOptions;
  readonly #dependencies: CallDependencies;
  readonly #asking = new EnumerationGuard();
  #stopping = false;

  constructor(options: IncomingCallsOptions, dependencies: CallDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
  }

  /** Refuses new calls from now on. */
  stop(): void {
    this.#stopping = true;
  }

  /** An INVITE outside of a dialog. */
  invited(request: SrfRequest, response: SrfResponse): void {
    const caller = this.#dependencies.visitorOf(request);
    const destination =
      caller && !bringsRoute(request)
        ? directoryOf(this.#options.config.current).destination(request.uri, caller)
        : undefined;
    const why = this.#refusal(caller, destination);
    const id = randomUUID();
    if (!caller || !destination) {
      this.suspect(request);
      this.#refuse(id, why ?? outcome('not-callable'), caller, request, response);
      return;
    }
    const context = readPageContext(name => request.get(name), caller.origin);
    const received = { id, caller, destination, context, request, response };
    if (why) {
      this.#emitReceived(received);
      this.#dependencies.events.emit(identityOf(received), { type: 'refused', outcome: why });
      this.#refuse(id, why, caller, request, response);
    } else if (!refusedUnperformed(request, response, 'none')) this.#take(received);
  }

  /**
   * Reports an offence of a visitor, whose address is proved by a handshake. The engine reports other peers: it has
   * their transport.
   */
  suspect(request: SrfRequest): void {
    const visitor = this.#dependencies.visitorOf(request);
    if (!visitor?.accountable) return;
    if (request.method !== 'INVITE') this.#options.refused(visitor.address, 'malformed');
    // A page of the owner may name a person who is not callable. Its visitors then call this name again and again.
    else if (this.#asking.isFirst(visitor.address, redactUri(request.uri).toLowerCase()))
      this.#options.refused(visitor.address, 'wrong-destination');
  }

  #refusal(caller: Visitor | undefined, destination: Destination | undefined): Outcome | undefined {
    // The same for each name: a page without a good token does not learn who can be called.
    if (caller?.denial) return outcomeOf(tokenCause(caller.denial));
    if (!caller || !destination) return outcome('not-callable');
    if (!(caller.grant?.isFor(destination) ?? destination.free)) return outcome('not-granted');
    if (this.#options.engine() === 'away') return outcome('engine-away');
    if (this.#stopping) return outcome('stopping');
    const full = this.#options.calls.size >= this.#dependencies.limits.calls || !this.#options.hasRoom();
    return full ? outcome('out-of-capacity') : undefined;
  }

  /** From here on the call takes one of `limits.calls`, and its grant permits no other call. */
  #take(received: ReceivedCall): void {
    const { caller, destination } = received;
    const { boundary } = this.#dependencies;
    const isEcho = destination.user === echoUser;
    const call = isEcho ? new EchoTest(this.#dependencies, received) : new Call(this.#dependencies, received);
    this.#options.calls.add(call);
    caller.grant?.begin();
    call.onAnswered = () => this.#options.reservations.answered(call.id);
    let refused = false;
    const ended = call.ended.then(() => {
      this.#options.calls.ended(call);
      if (refused) caller.grant?.withdraw();
      else caller.grant?.end();
      this.#options.reservations.over(call.id);
    });
    boundary.run('end of a call', () => ended);
    this.#emitReceived(received);
    const setUp = async () => {
      const refusal = await this.#reserve(received);
      // The visitor may have cancelled or left, or the gateway may stop.
      if (call.isOver) return;
      if (!refusal) return await call.run();
      refused = true;
      call.refuse(refusal);
      this.#logRefusal(call.id, refusal, caller, received.request);
    };
    boundary.run('call', setUp, () => call.end('gateway-failed'));
  }

  /** Reserves the quotas of the call; resolves to the reason to refuse it. */
  async #reserve({ id, caller, destination }: ReceivedCall): Promise<Outcome | undefined> {
    const { domain: site, user } = destination;
    const entry = { call: id, site, user, origin: caller.origin, receivedAt: Date.now() };
    const quotas = this.#options.quotas.appliedTo(caller.address, destination);
    const refusal = await this.#options.reservations.reserve(entry, quotas);
    if (refusal === 'store-unavailable') return outcome('store-unavailable');
    return refusal && this.#overLimit(refusal, caller, site);
  }

  #overLimit(refusal: QuotaRefusal, { address, accountable }: Visitor, site: string): Outcome {
    const { scope, bound, retrySeconds } = refusal;
    const rate = bound === 'callsPerMinute' && scope === 'perAddress' && accountable;
    // Visitors call again while the owner's telephones fail. This is not a flood.
    if (rate && !this.#options.isFailing(site)) this.#options.refused(address, 'rate-limit');
    return { ...outcome('over-limit'), limit: `${scope}.${bound}`, retrySeconds };
  }

  #emitReceived(received: ReceivedCall): void {
    const { caller, context } = received;
    const { address, origin } = caller;
    this.#dependencies.events.emit(identityOf(received), { type: 'received', address, origin, context });
  }

  #refuse(
    call: string,
    why: Outcome,
    caller: Visitor | undefined,
    request: SrfRequest,
    response: SrfResponse,
  ): void {
    this.#logRefusal(call, why, caller, request);
    response.send(why.status, why.reason, { headers: refusalHeaders(why) });
  }

  #logRefusal(call: string, why: Outcome, caller: Visitor | undefined, request: SrfRequest): void {
    const address = caller?.address ?? request.source_address;
    const { code, limit, level } = why;
    const uri = redactUri(request.uri);
    const origin = caller?.origin;
    const reason = causeFields(why.cause);
    this.#dependencies.log[level]({ call, code, limit, address, origin, uri, ...reason }, 'call refused');
  }
}

function identityOf({ id, destination }: ReceivedCall): CallIdentity {
  return { call: id, site: destination.domain, user: destination.user };
}

/** No page of this product sends a Route. A Route could lead past the address fence: the INVITE is refused. */
function bringsRoute(request: SrfRequest): boolean {
  return request.has('Route') || request.has('Path');
}
