// One target of a forwarded request, from sending to its final response (RFC 3261 16.6, 16.8): its client transaction,
// its time limits, and the CANCEL that may end it.

import { composeCancel } from '../dialog/cancel.ts';
import { localSide, type Network } from '../dialog/network.ts';
import { type OutgoingFlow, openFlow } from '../dialog/outgoing-flow.ts';
import type { UserAgent } from '../dialog/user-agent.ts';
import { createResponse } from '../message/compose.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { serialize } from '../message/serialize.ts';
import { newBranch } from '../transaction/identifiers.ts';
import type { InviteClientTransaction } from '../transaction/invite-client.ts';
import type { Timer } from '../transaction/timers.ts';
import type { ClientTransactionUser } from '../transaction/transaction.ts';
import type { Flow } from '../transport/transport.ts';

export interface BranchUser {
  /** The request for this target, without our Via. `flow` is the flow it will use. */
  compose(uri: string, flow: Flow): SipRequest;
  progressed(response: SipResponse): void;
  /** Called for each 2xx, however late or repeated. */
  succeeded(branch: ProxyBranch, response: SipResponse): void;
  /** Called exactly once, unless the target succeeded. `flow` is undefined if the engine made the response. */
  failed(branch: ProxyBranch, response: SipResponse, flow: Flow | undefined): void;
}

/** Time limits in milliseconds. Undefined: only the transaction's limit. */
export interface BranchTimeouts {
  readonly provisional: number | undefined;
  readonly final: number | undefined;
}

export class ProxyBranch implements ClientTransactionUser {
  readonly uri: string;
  readonly path: OutgoingFlow;
  flow: Flow | undefined;
  readonly #agent: UserAgent;
  readonly #network: Network;
  readonly #user: BranchUser;
  readonly #original: SipRequest;
  #request: SipRequest | undefined;
  #key = '';
  #transaction: InviteClientTransaction | undefined;
  #provisional = false;
  /** The additional fields of the CANCEL, once a CANCEL is requested. */
  #cancel: readonly (readonly [string, string])[] | undefined;
  #ended = false;
  #timers: Timer[] = [];

  constructor(
    agent: UserAgent,
    network: Network,
    user: BranchUser,
    original: SipRequest,
    uri: string,
    path: OutgoingFlow,
  ) {
    this.#agent = agent;
    this.#network = network;
    this.#user = user;
    this.#original = original;
    this.uri = uri;
    this.path = path;
  }

  /** Whether the target may still succeed or fail. */
  get pending(): boolean {
    return !this.#ended;
  }

  start(timeouts: BranchTimeouts): void {
    const { timers } = this.#agent;
    if (timeouts.provisional !== undefined) {
      this.#timers.push(timers.start(timeouts.provisional, onProvisionalTimeout, this));
    }
    if (timeouts.final !== undefined) this.#timers.push(timers.start(timeouts.final, onFinalTimeout, this));
    const depart = (flow: Flow | undefined, error?: Error) => {
      if (this.#ended) return;
      if (flow === undefined || this.#agent.transactions.full) {
        this.transportFailed(error ?? new Error('full'));
      } else this.#send(flow);
    };
    // RFC 3261 18.1.1: a request that is too large for a datagram, with our fields, goes over TCP.
    openFlow(this.#agent.outbound, this.path, depart, serialize(this.#original).length + addedBytes);
  }

  /** Gives the target up: sends CANCEL as soon as one may be sent (9.1), and reports `status` immediately. */
  abandon(status: number, fields: readonly (readonly [string, string])[] = []): void {
    if (this.#ended) return;
    this.#sendCancel(fields);
    this.#fail(status);
  }

  /** The caller has given up, or another target was faster. If the target will answer, its own 487 is awaited. */
  cancel(fields: readonly (readonly [string, string])[] = []): void {
    if (this.#ended) return;
    this.#sendCancel(fields);
    // A target that has not answered at all may never answer.
    if (!this.#provisional) this.#fail(487);
  }

  /** The timer for the first provisional response. */
  silent(): void {
    if (!this.#provisional) this.abandon(408);
  }

  received(response: SipResponse): void {
    const { status } = response;
    this.#provisional = true;
    // 16.7 step 3: our Via is removed. The next one is that of the receiver.
    response.headers.shift('Via');
    if (status < 200) {
      if (this.#cancel !== undefined) this.#sendCancel(this.#cancel);
      if (status > 100 && !this.#ended) this.#user.progressed(response);
      return;
    }
    if (status < 300) {
      this.#settle();
      this.#user.succeeded(this, response);
    } else if (!this.#ended) {
      this.#settle();
      this.#user.failed(this, response, this.flow);
    }
  }

  timedOut(): void {
    this.#fail(408);
  }

  transportFailed(_error: Error): void {
    // 16.9: a transport error is a 503 from that target.
    this.#fail(503);
  }

  /** Timer C (16.8). */
  expired(): void {
    this.abandon(408);
  }

  /** Ends without a report, when the engine stops. */
  release(): void {
    this.#settle();
  }

  #send(flow: Flow): void {
    this.flow = flow;
    const branch = newBranch();
    const request = this.#user.compose(this.uri, flow);
    request.headers.prepend('Via', `${localSide(this.#network, flow).via};branch=${branch};rport`);
    this.#request = request;
    this.#key = branch;
    const { transactions } = this.#agent;
    const bytes = serialize(request);
    if (request.method === 'INVITE') {
      this.#transaction = transactions.invite(request, bytes, branch, flow, this);
    } else transactions.request(request, bytes, branch, flow, this);
  }

  #sendCancel(fields: readonly (readonly [string, string])[]): void {
    this.#cancel = fields;
    const request = this.#request;
    if (request === undefined || request.method !== 'INVITE' || !this.#provisional) return;
    const transaction = this.#transaction;
    if (transaction === undefined || transaction.state !== 'Proceeding') return;
    const cancel = composeCancel(request, fields);
    this.#agent.transactions.request(cancel, serialize(cancel), this.#key, this.flow!, ignored);
    transaction.cancelled();
  }

  #fail(status: number): void {
    if (this.#ended) return;
    this.#settle();
    const response = createResponse(this.#original, status);
    this.#user.failed(this, response, undefined);
  }

  #settle(): void {
    this.#ended = true;
    for (const timer of this.#timers) this.#agent.timers.stop(timer);
    this.#timers = [];
  }
}

/** A Via and two Record-Routes, in bytes. */
const addedBytes = 300;

const onProvisionalTimeout = (branch: ProxyBranch) => branch.silent();
const onFinalTimeout = (branch: ProxyBranch) => branch.abandon(408);

/** The outcome of a CANCEL is ignored. */
const ignored = { received(): void {}, timedOut(): void {}, transportFailed(): void {} };
