// What the four state machines share: their users, and how they end.

import type { SipRequest, SipResponse } from '../message/message.ts';
import type { Flow } from '../transport/transport.ts';
import type { Timers } from './timers.ts';

/** The owner of a transaction until it terminates. */
export interface TransactionHost {
  readonly timers: Timers;
  terminated(transaction: Transaction): void;
}

export interface Transaction {
  /** Its key in the layer's map (RFC 3261 17.1.3, 17.2.3). */
  readonly key: string;
  readonly flow: Flow;
  /** The path to the peer is closed, or a sent message did not arrive. */
  transportFailed(error: Error): void;
  /** Ends immediately, without timers and reports. */
  terminate(): void;
}

/** The user of a client transaction. Each final outcome is reported exactly once. */
export interface ClientTransactionUser {
  received(response: SipResponse): void;
  timedOut(): void;
  transportFailed(error: Error): void;
  /** INVITE only: timer C fired; the transaction requests a CANCEL. */
  expired?(): void;
}

export interface ClientTransaction extends Transaction {
  /** The number of Via fields in the request. */
  readonly vias: number;
  receive(response: SipResponse): void;
}

/** The user of a server transaction. */
export interface ServerTransactionUser {
  /** INVITE only: the ACK of a 2xx has the INVITE's branch, as RFC 2543 peers send it. */
  acknowledged?(ack: SipRequest): void;
  /** INVITE only: no ACK arrived for a failure response. */
  unacknowledged?(): void;
  transportFailed(error: Error): void;
}

/**
 * Keeps as little as possible: not the request, which its user has, and the answer as text. Many of these stay in
 * memory for 64*T1 after their calls.
 */
export interface ServerTransaction extends Transaction {
  /** What merged copies of the request have in common (RFC 3261 8.2.2.2). Undefined if there can be no copies. */
  readonly identity: string | undefined;
  /** Whether a final response has been sent. */
  readonly answered: boolean;
  /** A user that is done removes itself here, so that its memory is freed before the transaction's. */
  user: ServerTransactionUser | undefined;
  /** A retransmission of the request, or the ACK of an INVITE. */
  receive(request: SipRequest): void;
  /** Sends a response that its author serialized once. A response that is too late is dropped. */
  respond(status: number, bytes: Buffer): void;
}
