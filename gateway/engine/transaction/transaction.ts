// What the four machines share: whom they serve, and how they leave.

import type { SipRequest, SipResponse } from '../message/message.ts';
import type { Flow } from '../transport/transport.ts';
import type { Timers } from './timers.ts';

/** Where a transaction lives until it terminates. */
export interface TransactionHost {
  readonly timers: Timers;
  terminated(transaction: Transaction): void;
}

export interface Transaction {
  /** Its key in the layer's map (RFC 3261 17.1.3, 17.2.3). */
  readonly key: string;
  readonly flow: Flow;
  /** The path to the peer is gone, or what was sent did not arrive. */
  transportFailed(error: Error): void;
  /** Ends at once and silently: no timers, no reports. */
  terminate(): void;
}

/** The transaction user of a client transaction: each final outcome is reported exactly once. */
export interface ClientTransactionUser {
  received(response: SipResponse): void;
  timedOut(): void;
  transportFailed(error: Error): void;
  /** INVITE only: timer C fired, the transaction asks to be cancelled. */
  expired?(): void;
}

export interface ClientTransaction extends Transaction {
  /** How many Via fields its request has. */
  readonly vias: number;
  receive(response: SipResponse): void;
}

/** The transaction user of a server transaction. */
export interface ServerTransactionUser {
  /** INVITE only: the ACK of a 2xx came with the INVITE's own branch, as RFC 2543 peers send it. */
  acknowledged?(ack: SipRequest): void;
  /** INVITE only: no ACK arrived for a failure response. */
  unacknowledged?(): void;
  transportFailed(error: Error): void;
}

/**
 * Keeps no more than it must: not the request, which is its user's, and of the answer the text. For 64*T1 after its
 * call that is all there is of it, and there are many.
 */
export interface ServerTransaction extends Transaction {
  /** What merged copies of the request have in common (RFC 3261 8.2.2.2); undefined where there can be none. */
  readonly identity: string | undefined;
  /** Whether a final response has been sent. */
  readonly answered: boolean;
  /** Whoever is done with it takes himself off, to be forgotten before it is. */
  user: ServerTransactionUser | undefined;
  /** A retransmission of the request, or the ACK of an INVITE. */
  receive(request: SipRequest): void;
  /** Sends a response, serialized once by its author. A response that comes too late is dropped. */
  respond(status: number, bytes: Buffer): void;
}
