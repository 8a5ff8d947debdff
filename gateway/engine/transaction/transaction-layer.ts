// The transaction layer (RFC 3261 17): matches every message to its transaction, or creates one. Both maps are limited,
// and the timers of an entry remove it. Must not depend on dialogs.

import { parseCSeq } from '../message/cseq.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { parseVia, type Via } from '../message/via.ts';
import type { Flow } from '../transport/transport.ts';
import { InviteClientTransaction } from './invite-client.ts';
import { InviteServerTransaction } from './invite-server.ts';
import { clientKey, isInDialog, isSamePeer, mayAnswer, requestIdentity, serverKey } from './matching.ts';
import { NonInviteClientTransaction } from './non-invite-client.ts';
import { NonInviteServerTransaction } from './non-invite-server.ts';
import { type Dial, ResponsePath, stampTopVia } from './response-path.ts';
import { composeStateless, type StatelessAnswer } from './stateless.ts';
import type { Timers } from './timers.ts';
import type {
  ClientTransaction,
  ClientTransactionUser,
  ServerTransaction,
  Transaction,
  TransactionHost,
} from './transaction.ts';

/** Receives the requests that the network began. */
export interface TransactionUser {
  /** The answer to a new request that gets no transaction, or undefined. Not called for ACK and CANCEL. */
  screen(request: SipRequest, flow: Flow): StatelessAnswer | undefined;
  /** A new request other than ACK and CANCEL. */
  requested(request: SipRequest, transaction: ServerTransaction): void;
  /** A CANCEL of that INVITE. */
  cancelled(cancel: SipRequest, transaction: ServerTransaction, invite: InviteServerTransaction): void;
  /** An ACK without a transaction: that of a 2xx, or an unexpected one. */
  acknowledged(ack: SipRequest, flow: Flow): void;
}

export class TransactionLayer implements TransactionHost {
  readonly timers: Timers;
  readonly #user: TransactionUser;
  readonly #dial: Dial;
  readonly #limit: number;
  readonly #clients = new Map<string, ClientTransaction>();
  readonly #servers = new Map<string, ServerTransaction>();
  readonly #identities = new Map<string, ServerTransaction>();

  /** `limit` is the size of each of the two maps. Above it, new requests are answered 503 without a transaction. */
  constructor(user: TransactionUser, timers: Timers, dial: Dial, limit: number) {
    this.#user = user;
    this.timers = timers;
    this.#dial = dial;
    this.#limit = limit;
  }

  /** A request that passed the sanity check. `size` is its length in bytes. */
  receiveRequest(request: SipRequest, flow: Flow, size = Number.POSITIVE_INFINITY): void {
    const via = parseVia(request.headers.get('Via') ?? '');
    if (via === undefined) return;
    const key = serverKey(request, via, request.method, flow);
    const known = this.#servers.get(key);
    if (known !== undefined) known.receive(request);
    else if (request.method === 'ACK') this.#user.acknowledged(request, flow);
    else this.#create(key, request, via, flow, size);
  }

  #create(key: string, request: SipRequest, via: Via, flow: Flow, size: number): void {
    const isCancel = request.method === 'CANCEL';
    const cancelled = isCancel
      ? this.#cancelled(serverKey(request, via, 'INVITE', flow), request, flow)
      : undefined;
    stampTopVia(request, via, flow);
    // A refused BYE would leave a call that never ends, so requests that belong to calls have separate capacity.
    const isPartOfCall = isCancel || isInDialog(request);
    // An INVITE can also be found by its identity.
    const identity = isPartOfCall && request.method !== 'INVITE' ? undefined : requestIdentity(request);
    // RFC 3261 8.2.2.2: the same request by another path is answered with 482.
    const merged = !isPartOfCall && this.#identities.has(identity!);
    const full = this.#servers.size >= (isPartOfCall ? 2 * this.#limit : this.#limit);
    const stateless = merged
      ? { status: 482 }
      : isCancel
        ? cancelled === undefined && { status: 481 }
        : this.#user.screen(request, flow);
    if (stateless || full) {
      this.#answerStatelessly(request, flow, via, stateless || { status: 503 }, size);
      return;
    }
    const transaction = this.#serve(key, identity, request.method, via, flow);
    if (cancelled === undefined) this.#user.requested(request, transaction);
    else this.#user.cancelled(request, transaction, cancelled);
  }

  receiveResponse(response: SipResponse, flow: Flow): void {
    const { headers } = response;
    const branch = parseVia(headers.get('Via') ?? '')?.params.get('branch');
    const method = parseCSeq(headers.get('CSeq') ?? '')?.method;
    if (branch === undefined || method === undefined) return;
    // A response without a transaction is dropped (RFC 6026 8.8: it MUST NOT be forwarded).
    const transaction = this.#clients.get(clientKey(branch, method));
    if (transaction === undefined || !mayAnswer(transaction.flow, flow)) return;
    // RFC 3261 8.1.3.3: a response with more Vias than the request had is for another element (RFC 4475 3.3.10).
    if (headers.all('Via').length <= transaction.vias) transaction.receive(response);
  }

  /** Answers a request that gets no transaction (RFC 3261 8.2.7). An ACK is never answered. */
  refuse(request: SipRequest, flow: Flow, answer: StatelessAnswer, size: number): void {
    if (request.method === 'ACK') return;
    const via = parseVia(request.headers.get('Via') ?? '');
    if (via !== undefined) stampTopVia(request, via, flow);
    this.#answerStatelessly(request, flow, via, answer, size);
  }

  /** Whether no further client transaction can be started. */
  get full(): boolean {
    return this.#clients.size >= this.#limit;
  }

  /** Sends an INVITE. `bytes` is the request serialized, with `branch` in its top Via. */
  invite(
    request: SipRequest,
    bytes: Buffer,
    branch: string,
    flow: Flow,
    user: ClientTransactionUser,
  ): InviteClientTransaction {
    const key = clientKey(branch, 'INVITE');
    const transaction = new InviteClientTransaction(this, key, request, bytes, flow, user);
    this.#clients.set(key, transaction);
    transaction.start();
    return transaction;
  }

  /** Sends any request but INVITE and ACK. */
  request(
    request: SipRequest,
    bytes: Buffer,
    branch: string,
    flow: Flow,
    user: ClientTransactionUser,
  ): ClientTransaction {
    const key = clientKey(branch, request.method);
    const transaction = new NonInviteClientTransaction(this, key, request, bytes, flow, user);
    this.#clients.set(key, transaction);
    transaction.start();
    return transaction;
  }

  /**
   * Client transactions on a closed flow fail immediately. Server transactions fail only if the peer can no longer be
   * reached.
   */
  flowClosed(flow: Flow, error: Error): void {
    for (const transaction of this.#clients.values()) {
      if (transaction.flow === flow) transaction.transportFailed(error);
    }
    // RFC 7118 5: a WebSocket client cannot be connected to. For other transports 18.2.2 still gives a path.
    if (flow.transport !== 'ws' && flow.transport !== 'wss') return;
    for (const transaction of this.#servers.values()) {
      if (transaction.flow === flow) transaction.transportFailed(error);
    }
  }

  counts(): { clientTransactions: number; serverTransactions: number } {
    return { clientTransactions: this.#clients.size, serverTransactions: this.#servers.size };
  }

  /** Ends every transaction silently. */
  close(): void {
    for (const transaction of this.#clients.values()) transaction.terminate();
    for (const transaction of this.#servers.values()) transaction.terminate();
  }

  terminated(transaction: Transaction): void {
    const { key } = transaction;
    if (this.#clients.get(key) === transaction) this.#clients.delete(key);
    const server = this.#servers.get(key);
    if (server === undefined || server !== transaction) return;
    this.#servers.delete(key);
    const { identity } = server;
    if (identity !== undefined && this.#identities.get(identity) === server)
      this.#identities.delete(identity);
  }

  #serve(key: string, identity: string | undefined, method: string, via: Via, flow: Flow): ServerTransaction {
    const path = new ResponsePath(via, flow, this.#dial, this.timers.faults);
    const Kind = method === 'INVITE' ? InviteServerTransaction : NonInviteServerTransaction;
    const transaction = new Kind(this, key, identity, flow, path);
    this.#servers.set(key, transaction);
    if (identity !== undefined) this.#identities.set(identity, transaction);
    return transaction;
  }

  /** `via` is the request's topmost, with its source. Without it, the response can use only the flow of the request. */
  #answerStatelessly(
    request: SipRequest,
    flow: Flow,
    via: Via | undefined,
    answer: StatelessAnswer,
    size: number,
  ): void {
    const bytes = flow.closed ? undefined : composeStateless(request, answer, size, flow.reliable);
    if (bytes === undefined) return;
    if (via === undefined) flow.send(bytes);
    else new ResponsePath(via, flow, this.#dial, this.timers.faults).send(bytes, ignored);
  }

  /**
   * The INVITE that a CANCEL cancels (9.2). A NAT or proxy may have changed the Via in between, so on the same
   * connection, or from the same address, the same Call-ID, From tag and CSeq are enough.
   */
  #cancelled(key: string, cancel: SipRequest, flow: Flow): InviteServerTransaction | undefined {
    const exact = this.#servers.get(key);
    if (exact instanceof InviteServerTransaction) return exact;
    const sameCall = this.#identities.get(requestIdentity(cancel, 'INVITE'));
    return sameCall instanceof InviteServerTransaction && isSamePeer(sameCall.flow, flow)
      ? sameCall
      : undefined;
  }
}

/** The delivery of a stateless answer is not monitored: the peer retransmits the request. */
const ignored = { transportFailed(): void {} };
