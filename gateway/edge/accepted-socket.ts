// A WebSocket that the edge has admitted, as it is passed to the SIP engine.

import type { WebSocket } from 'ws';
import type { Visitor } from '../auth/visitor.ts';

/** IP address and port (RFC 8489 4). */
export interface TransportAddress {
  readonly address: string;
  readonly port: number;
}

/** A WebSocket that the edge has admitted. */
export interface AcceptedSocket {
  readonly socket: WebSocket;
  readonly visitor: Visitor;
  /** The TCP peer, a proxy included: unique for each visitor. */
  readonly remote: TransportAddress;
  readonly secure: boolean;
  /** The frame as the SIP engine must receive it: with the visitor's id. */
  identified(frame: Buffer): Buffer;
}

/** Passes one accepted socket to the SIP engine. */
export type AcceptSocket = (accepted: AcceptedSocket) => void;
