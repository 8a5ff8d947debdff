// Decides where a new request goes. By default it goes to an application that routes its method. An engine can have
// another rule instead, with the same answers as a request-handler of drachtio-server.

import type { Answer } from '../dialog/application.ts';
import type { IncomingRequest } from '../dialog/incoming-request.ts';
import type { ErrorBoundary } from '../error-boundary.ts';
import type { SipRequest } from '../message/message.ts';
import type { ForwardingPlan } from '../proxy/forwarding.ts';
import type { ProxyCore } from '../proxy/proxy-core.ts';
import type { Endpoint, Flow, TransportName } from '../transport/transport.ts';
import type { AppConnection } from './app-connection.ts';
import type { Applications } from './applications.ts';
import type { Cdr } from './cdr.ts';
import type { OutboundApplications } from './outbound-applications.ts';
import { milliseconds, targetsOf } from './proxy-out.ts';
import type { Registrations } from './registrations.ts';

/** A request outside any dialog, as the routing rule sees it. */
export interface NewRequest {
  readonly message: SipRequest;
  readonly transport: TransportName;
  readonly remote: Endpoint;
  readonly local: Endpoint;
  /** Whether the request arrived on a connection that we opened. */
  readonly ours: boolean;
}

export function newRequest(message: SipRequest, flow: Flow): NewRequest {
  const { transport, remote, local, ours = false } = flow;
  return { message, transport, remote, local, ours };
}

export type RouteDecision =
  /** To one of the connected applications with this tag, in turn, whatever methods they route. */
  | { readonly action: 'route'; readonly tag: string }
  /** To an application that listens at `host:port`. The engine connects to it for this request. */
  | { readonly action: 'route'; readonly uri: string }
  | { readonly action: 'reject'; readonly status: number; readonly reason?: string }
  | { readonly action: 'redirect'; readonly contacts: readonly string[] }
  | ({ readonly action: 'proxy' } & ProxyDecision);

export interface ProxyDecision {
  readonly destinations: readonly string[];
  readonly recordRoute?: boolean;
  readonly followRedirects?: boolean;
  readonly simultaneous?: boolean;
  /** `2s` or `1500ms`. */
  readonly provisionalTimeout?: string;
  readonly finalTimeout?: string;
}

/**
 * Undefined leaves the request to the applications that route the method. A rejection or exception causes a 500 to the
 * peer.
 */
export type RoutingRule = (
  request: NewRequest,
) => RouteDecision | undefined | Promise<RouteDecision | undefined>;

/** Called with the application that gets the request, or with undefined if there is none. */
type Deliver = (owner: AppConnection | undefined) => void;

export interface RoutingLog {
  warn(fields: object, text: string): void;
}

export class Routing {
  readonly #route: RoutingRule | undefined;
  readonly #applications: Applications;
  readonly #registrations: Registrations;
  readonly #cdr: Cdr;
  readonly #log: RoutingLog;
  readonly #faults: Pick<ErrorBoundary, 'note'>;
  /** Set later, because both objects need this one. */
  outbound: OutboundApplications | undefined;
  proxy: ProxyCore | undefined;

  constructor(
    route: RoutingRule | undefined,
    applications: Applications,
    registrations: Registrations,
    cdr: Cdr,
    log: RoutingLog,
    faults: Pick<ErrorBoundary, 'note'>,
  ) {
    this.#route = route;
    this.#applications = applications;
    this.#registrations = registrations;
    this.#cdr = cdr;
    this.#log = log;
    this.#faults = faults;
  }

  decide(incoming: IncomingRequest, deliver: Deliver): void {
    const { request, flow } = incoming;
    const route = this.#route;
    if (route === undefined) {
      deliver(this.#applications.next(request.method));
      return;
    }
    // Called inside a promise, so that an exception becomes a rejection.
    Promise.resolve(newRequest(request, flow))
      .then(route)
      .then(decision => this.#apply(decision, incoming, deliver))
      .catch((error: unknown) => {
        this.#log.warn({ error: String(error) }, 'the routing rule failed');
        this.#refuse(incoming, 500);
      })
      .catch(this.#faults.note);
  }

  async #apply(
    decision: RouteDecision | undefined,
    incoming: IncomingRequest,
    deliver: Deliver,
  ): Promise<void> {
    // The caller may have ended the call during the decision.
    if (incoming.transaction.answered) return;
    if (decision === undefined) deliver(this.#applications.next(incoming.request.method));
    else if (decision.action === 'reject') this.#refuse(incoming, decision.status, decision.reason);
    else if (decision.action === 'redirect') {
      const contacts = decision.contacts.map(contact => ['Contact', bracketed(contact)] as const);
      this.#refuse(incoming, 302, undefined, contacts);
    } else if (decision.action === 'proxy') this.#forward(decision, incoming);
    else if ('tag' in decision) deliver(this.#applications.tagged(decision.tag));
    else {
      const owner = await this.outbound?.connect(decision.uri);
      if (incoming.transaction.answered) void owner?.close();
      else deliver(owner);
    }
  }

  #refuse(incoming: IncomingRequest, status: number, reason?: string, fields: Answer['fields'] = []): void {
    if (incoming.transaction.answered) return;
    incoming.reject(status, reason, fields);
    if (incoming.request.method === 'INVITE')
      this.#cdr.stop('application', 'call-rejected', incoming.request);
  }

  #forward(decision: ProxyDecision, incoming: IncomingRequest): void {
    const targets = targetsOf(decision.destinations, this.#registrations);
    if (targets === undefined) throw new Error(`cannot reach ${decision.destinations.join(', ')}`);
    const plan: ForwardingPlan = {
      targets,
      simultaneous: decision.simultaneous ?? false,
      followRedirects: decision.followRedirects ?? false,
      recordRoute: decision.recordRoute ?? false,
      timeouts: {
        provisional: milliseconds(decision.provisionalTimeout ?? ''),
        final: milliseconds(decision.finalTimeout ?? ''),
      },
      fields: [],
    };
    const refusal = this.proxy?.forward(incoming, plan, {
      answered() {},
      done: outcome => {
        if (incoming.request.method === 'INVITE') this.#cdr.forwarded(outcome);
      },
    });
    if (refusal !== undefined && !incoming.transaction.answered) throw new Error(refusal);
  }
}

function bracketed(contact: string): string {
  return contact.includes('<') ? contact : `<${contact}>`;
}
