// What the transaction layer sees of a transport (RFC 3261 18): flows that carry whole messages.

export type TransportName = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

export interface Endpoint {
  /** IP literal without brackets. */
  readonly address: string;
  readonly port: number;
}

/**
 * A path to one peer: a connection, or for UDP the pair of our socket and their address.
 * Messages are handed on whole; stream transports have framed them by Content-Length already.
 */
export interface Flow {
  readonly transport: TransportName;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Whether the transport itself retransmits (everything but UDP). */
  readonly reliable: boolean;
  /** Whether it is a connection that we opened. */
  readonly ours?: boolean;
  readonly closed: boolean;
  /** Set once it carried a message of one of our dialogs: it is no stranger's then. */
  known?: boolean;
  /** Why the last message that came on it could not be read, in our words; undefined when it could. */
  unreadable?: string | undefined;
  /** Sends one message; a failure surfaces as `flowClosed` with an error, never as an exception. */
  send(message: Buffer): void;
  close(): void;
}

/** Whom a transport reports to. */
export interface FlowUser {
  /** Runs what a peer's bytes set off; says whether it ran to its end. Nothing that it throws gets past this. */
  guard(work: () => void): boolean;
  received(message: Buffer, flow: Flow): void;
  /** The flow ended. With `error` when messages sent on it may not have arrived (refused, reset, ICMP). */
  flowClosed(flow: Flow, error?: Error): void;
}
