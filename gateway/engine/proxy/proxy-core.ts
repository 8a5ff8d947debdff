// The proxy core (RFC 3261 16): forwards requests for an application, and later requests of dialogs in which the
// application asked to remain. Keeps no dialog state: the recorded routes identify the requests of a dialog.

import type { IncomingRequest } from '../dialog/incoming-request.ts';
import { localSide, type Network } from '../dialog/network.ts';
import { hopOf } from '../dialog/next-hop.ts';
import { openFlow } from '../dialog/outgoing-flow.ts';
import type { Forwarder } from '../dialog/request-forwarder.ts';
import type { UserAgent } from '../dialog/user-agent.ts';
import { parseAddress } from '../message/address.ts';
import { createResponse } from '../message/compose.ts';
import type { SipRequest } from '../message/message.ts';
import { serialize } from '../message/serialize.ts';
import { newBranch, newTag } from '../transaction/identifiers.ts';
import type { InviteServerTransaction } from '../transaction/invite-server.ts';
import type { ServerTransaction } from '../transaction/transaction.ts';
import type { Flow } from '../transport/transport.ts';
import { Forwarding, type ForwardingPlan, type ForwardingTarget, type ForwardingUser } from './forwarding.ts';
import { RecordedRoutes } from './recorded-route.ts';

export class ProxyCore implements Forwarder {
  readonly #agent: UserAgent;
  readonly #network: Network;
  readonly #ended: (bye: SipRequest) => void;
  readonly #routes = new RecordedRoutes();
  readonly #forwardings = new Set<Forwarding>();

  /** `ended` is called for each BYE that is sent along a recorded route. */
  constructor(agent: UserAgent, network: Network, ended: (bye: SipRequest) => void) {
    this.#ended = ended;
    this.#agent = agent;
    this.#network = network;
  }

  /** Forwards a request that has no answer yet, or returns the reason why it cannot (in drachtio's words). */
  forward(incoming: IncomingRequest, plan: ForwardingPlan, user: ForwardingUser): string | undefined {
    const { request, transaction } = incoming;
    if (incoming.dialog !== undefined || transaction.answered) return 'a response has been sent already';
    if (plan.targets.length === 0) return 'no destination';
    // 16.3 step 3.
    if (isSpent(request)) {
      incoming.reject(483);
      return '483 Too Many Hops';
    }
    this.#agent.forget(incoming);
    // 16.4, 16.6 step 6: the application has chosen the targets. Routes from the caller do not override them.
    request.headers.remove('Route');
    this.#start(request, transaction, plan, user);
    return undefined;
  }

  hasRecordedRoute(request: SipRequest): boolean {
    return this.#routes.hasRecordedRoute(request);
  }

  requested(request: SipRequest, transaction: ServerTransaction): boolean {
    if (!this.#routes.strip(request)) return false;
    const target = targetOf(request);
    const refusal = isSpent(request) ? 483 : target === undefined ? 404 : undefined;
    if (target === undefined || refusal !== undefined) {
      const response = createResponse(request, refusal ?? 404, undefined, newTag());
      transaction.respond(response.status, serialize(response));
      return true;
    }
    if (request.method === 'BYE') this.#ended(request);
    this.#start(request, transaction, { ...inDialog, targets: [target] }, ignored);
    return true;
  }

  cancelled(cancel: SipRequest, transaction: ServerTransaction, invite: InviteServerTransaction): boolean {
    const { user } = invite;
    if (!(user instanceof Forwarding)) return false;
    const response = createResponse(cancel, 200, undefined, newTag());
    transaction.respond(200, serialize(response));
    if (!invite.answered) user.cancel(cancel);
    return true;
  }

  /** 16.6: the ACK of a 2xx has no transaction. It is forwarded without further state. */
  acknowledged(ack: SipRequest, _flow: Flow): void {
    if (!this.#routes.strip(ack) || isSpent(ack)) return;
    const target = targetOf(ack);
    if (target === undefined) return;
    spend(ack);
    openFlow(this.#agent.outbound, target.path, flow => {
      if (flow === undefined) return;
      ack.headers.prepend('Via', `${localSide(this.#network, flow).via};branch=${newBranch()};rport`);
      flow.send(serialize(ack));
    });
  }

  close(): void {
    for (const forwarding of this.#forwardings) forwarding.release();
    this.#forwardings.clear();
  }

  #start(
    request: SipRequest,
    transaction: ServerTransaction,
    plan: ForwardingPlan,
    user: ForwardingUser,
  ): void {
    const over = (forwarding: Forwarding) => this.#forwardings.delete(forwarding);
    const forwarding = new Forwarding(
      this.#agent,
      this.#network,
      request,
      transaction,
      plan,
      this.#routes,
      user,
      over,
    );
    this.#forwardings.add(forwarding);
    forwarding.start();
  }
}

const inDialog = {
  simultaneous: false,
  followRedirects: false,
  // 16.6 step 4: only a request that creates a dialog needs it. Within a dialog the route set is fixed.
  recordRoute: false,
  timeouts: { provisional: undefined, final: undefined },
  fields: [],
} satisfies Omit<ForwardingPlan, 'targets'>;

const ignored: ForwardingUser = { answered() {}, done() {} };

function isSpent(request: SipRequest): boolean {
  return request.headers.get('Max-Forwards')?.trim() === '0';
}

function spend({ headers }: SipRequest): void {
  headers.set('Max-Forwards', String(Number(headers.get('Max-Forwards') ?? 71) - 1));
}

/** 16.6 steps 6 and 7: the first remaining route, else the Request-URI. */
function targetOf(request: SipRequest): ForwardingTarget | undefined {
  const route = request.headers.get('Route');
  const path = hopOf(route === undefined ? request.uri : (parseAddress(route)?.uri ?? ''));
  return path === undefined ? undefined : { uri: request.uri, path };
}
