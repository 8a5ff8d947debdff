// The interface of a transport for the transaction layer (RFC 3261 18): flows that carry whole messages.

export type TransportName = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

export interface Endpoint {
  /** IP literal without brackets. */
  readonly address: string;
  readonly port: number;
}

/**
 * A path to one peer: a connection, or for UDP the pair of our socket and the peer's address. Messages are passed on
 * whole; stream transports have already split them by Content-Length.
 */
export interface Flow {
  readonly transport: TransportName;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Whether the transport itself retransmits (all except UDP). */
  readonly reliable: boolean;
  /** Whether it is a connection that we opened. */
  readonly ours?: boolean;
  /** The name that the acceptor of a WebSocket gave to it. */
  readonly label?: string | undefined;
  readonly closed: boolean;
  /** Set once it has carried a message of one of our dialogs. The limits for unknown peers then no longer apply. */
  known?: boolean;
  /** The reason why the last message on this flow could not be read. Undefined if it could. */
  unreadable?: string | undefined;
  /** Sends one message. A failure is reported by `flowClosed` with an error, never by an exception. */
  send(message: Buffer): void;
  close(): void;
}

/** Receives the events of a transport. */
export interface FlowUser {
  /** Runs the processing of a peer's bytes and catches every exception. Returns whether it finished without one. */
  guard(work: () => void): boolean;
  received(message: Buffer, flow: Flow): void;
  /** The flow ended. `error` is set if sent messages may not have arrived (refused, reset, ICMP). */
  flowClosed(flow: Flow, error?: Error): void;
}
