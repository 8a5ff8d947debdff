// A forwarded request (RFC 3261 16.5 to 16.10): the response context with its targets, in sequence or in parallel, and
// the one final response to the caller.

import type { LocalAddress, Network } from '../dialog/network.ts';
import { hopOf } from '../dialog/next-hop.ts';
import type { OutgoingFlow } from '../dialog/outgoing-flow.ts';
import type { UserAgent } from '../dialog/user-agent.ts';
import { parseAddress } from '../message/address.ts';
import { createRequest } from '../message/compose.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { serialize } from '../message/serialize.ts';
import { newTag } from '../transaction/identifiers.ts';
import type { ServerTransaction, ServerTransactionUser } from '../transaction/transaction.ts';
import type { Flow } from '../transport/transport.ts';
import { bestResponse } from './best-response.ts';
import { type BranchTimeouts, type BranchUser, ProxyBranch } from './proxy-branch.ts';
import type { RecordedRoutes } from './recorded-route.ts';

export interface ForwardingPlan {
  readonly targets: readonly ForwardingTarget[];
  /** All targets in parallel; otherwise each after the failure of the previous one. */
  readonly simultaneous: boolean;
  /** Whether the Contacts of a 3xx become targets. Otherwise the 3xx counts as a final response. */
  readonly followRedirects: boolean;
  readonly recordRoute: boolean;
  readonly timeouts: BranchTimeouts;
  /** Set in the forwarded request, replacing fields of the same name. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** A Request-URI and its next hop. They differ if there are routes. */
export interface ForwardingTarget {
  readonly uri: string;
  readonly path: OutgoingFlow;
}

/** Receives the progress of a forwarded request. */
export interface ForwardingUser {
  /**
   * A final response of a target. `flow` is undefined if the engine made the response for a target that did not answer.
   */
  answered(response: SipResponse, flow: Flow | undefined): void;
  /** The caller has its final response, `response`. */
  done(response: SipResponse): void;
}

/** 16.5 lets a redirection add targets. This limit stops a redirection loop. */
const maxTargets = 32;

export class Forwarding implements ServerTransactionUser, BranchUser {
  readonly #agent: UserAgent;
  readonly #network: Network;
  readonly #request: SipRequest;
  readonly #transaction: ServerTransaction;
  readonly #plan: ForwardingPlan;
  readonly #routes: RecordedRoutes;
  readonly #user: ForwardingUser;
  readonly #onEnd: (forwarding: Forwarding) => void;
  readonly #waiting: ForwardingTarget[];
  readonly #tried = new Set<string>();
  readonly #branches: ProxyBranch[] = [];
  readonly #finals: SipResponse[] = [];
  #answered = false;
  /** No further targets are tried: the caller gave up, or a target gave the final answer. */
  #closed = false;

  constructor(
    agent: UserAgent,
    network: Network,
    request: SipRequest,
    transaction: ServerTransaction,
    plan: ForwardingPlan,
    routes: RecordedRoutes,
    user: ForwardingUser,
    onEnd: (forwarding: Forwarding) => void,
  ) {
    this.#agent = agent;
    this.#network = network;
    this.#request = request;
    this.#transaction = transaction;
    this.#plan = plan;
    this.#routes = routes;
    this.#user = user;
    this.#onEnd = onEnd;
    this.#waiting = [];
    transaction.user = this;
    this.#offer(plan.targets);
  }

  start(): void {
    this.#advance();
  }

  /** 16.10: the CANCEL goes to every target that may still answer. */
  cancel(cancel: SipRequest): void {
    this.#closed = true;
    const reasons = cancel.headers.all('Reason').map(reason => ['Reason', reason] as const);
    this.#cancelAll(reasons);
    this.#advance();
  }

  transportFailed(_error: Error): void {
    // The caller can no longer be reached (a browser's WebSocket has closed).
    if (this.#answered) return;
    this.#closed = true;
    this.#cancelAll([['Reason', 'SIP;cause=503;text="Transport closed"']]);
    this.#advance();
  }

  release(): void {
    for (const branch of this.#branches) branch.release();
  }

  compose(uri: string, flow: Flow): SipRequest {
    const request = this.#request;
    const headers = request.headers.clone();
    const hops = Number(headers.get('Max-Forwards') ?? 71);
    headers.set('Max-Forwards', String(hops - 1));
    for (const [name, value] of this.#plan.fields) headers.set(name, value);
    if (this.#plan.recordRoute) {
      this.#routes.record(headers, this.#sideOf(this.#transaction.flow), this.#sideOf(flow));
    }
    return { ...createRequest(request.method, uri, [], request.body), headers };
  }

  progressed(response: SipResponse): void {
    if (!this.#answered) this.#respond(response);
  }

  succeeded(branch: ProxyBranch, response: SipResponse): void {
    const { method } = this.#request;
    // 16.7 step 5: every 2xx to an INVITE goes upstream, other methods have one final response.
    if (this.#answered && method !== 'INVITE') return;
    const first = !this.#answered;
    this.#answered = true;
    this.#closed = true;
    this.#respond(response);
    if (!first) return;
    this.#user.answered(response, branch.flow);
    this.#user.done(response);
    this.#cancelAll([['Reason', 'SIP;cause=200;text="Call completed elsewhere"']]);
    this.#finish();
  }

  failed(_branch: ProxyBranch, response: SipResponse, flow: Flow | undefined): void {
    if (this.#answered) {
      this.#finish();
      return;
    }
    this.#user.answered(response, flow);
    const redirected =
      response.status < 400 && !this.#closed && this.#plan.followRedirects && this.#redirect(response);
    if (!redirected) this.#finals.push(response);
    if (response.status >= 600) {
      // 16.7 step 5: a 6xx ends the search, but a target that has already accepted still wins.
      this.#closed = true;
      this.#cancelAll([]);
    }
    this.#advance();
  }

  #advance(): void {
    if (this.#answered) return;
    while (!this.#closed && this.#waiting.length > 0 && (this.#plan.simultaneous || !this.#pending)) {
      const { uri, path } = this.#waiting.shift()!;
      const branch = new ProxyBranch(this.#agent, this.#network, this, this.#request, uri, path);
      this.#branches.push(branch);
      branch.start(this.#plan.timeouts);
    }
    if (!this.#pending) this.#conclude();
  }

  get #pending(): boolean {
    return this.#branches.some(branch => branch.pending);
  }

  #conclude(): void {
    this.#answered = true;
    const best = bestResponse(this.#finals);
    // RFC 4320 4.2: a 408 to a request other than INVITE MUST NOT be sent. The client has timed out already.
    if (best.status === 408 && this.#request.method !== 'INVITE') this.#transaction.terminate();
    else this.#respond(best);
    this.#user.done(best);
    this.#finish();
  }

  #finish(): void {
    if (this.#pending) return;
    this.#transaction.user = undefined;
    this.#onEnd(this);
  }

  #cancelAll(fields: readonly (readonly [string, string])[]): void {
    for (const branch of [...this.#branches]) branch.cancel(fields);
  }

  /** 16.5: the Contacts of a 3xx, best first, without duplicates. False if none of them can be reached. */
  #redirect(response: SipResponse): boolean {
    const found: { target: ForwardingTarget; q: number }[] = [];
    for (const value of response.headers.all('Contact')) {
      const contact = parseAddress(value);
      const path = contact === undefined ? undefined : hopOf(contact.uri);
      if (contact === undefined || path === undefined) continue;
      found.push({ target: { uri: contact.uri, path }, q: Number(contact.params.get('q') ?? 1) });
    }
    found.sort((a, b) => b.q - a.q);
    return this.#offer(found.map(({ target }) => target));
  }

  #offer(targets: readonly ForwardingTarget[]): boolean {
    let added = false;
    for (const target of targets) {
      if (this.#tried.has(target.uri) || this.#tried.size >= maxTargets) continue;
      this.#tried.add(target.uri);
      this.#waiting.push(target);
      added = true;
    }
    return added;
  }

  #respond(response: SipResponse): void {
    // A response that this engine made has no tag yet (8.2.6.2).
    const to = response.headers.get('To') ?? '';
    if (!/;\s*tag\s*=/i.test(to)) response.headers.set('To', `${to};tag=${newTag()}`);
    this.#transaction.respond(response.status, serialize(response));
  }

  #sideOf(flow: Flow): LocalAddress {
    return { transport: flow.transport, hostPort: this.#network.contactFor(flow) };
  }
}
