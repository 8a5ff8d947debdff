// Limits of time and memory for one TCP or TLS peer.

import { type MessageLimits, messageLimits } from '../message/limits.ts';

export interface StreamLimits {
  /** From the first SYN to a usable connection, TLS handshake included. */
  readonly connectMs: number;
  /** Limit of inactivity in both directions. */
  readonly idleMs: number;
  /** Interval of keep-alives on a connection that we opened. RFC 5626 4.4.1 recommends 95 to 120 s. */
  readonly keepAliveMs: number;
  /** Time limit for the answer to a keep-alive, from a peer that has answered before. */
  readonly pongMs: number;
  /** From the first byte of a message to its last. Also for the first message on a connection that a peer opened. */
  readonly messageMs: number;
  /** From one message to the next on a connection that a peer opened. Keep-alives do not count. Default: no limit. */
  readonly quietMs?: number;
  /** Time limit for the peer to read what is queued after we closed. */
  readonly closeMs: number;
  /** Unsent bytes at which the connection is closed. */
  readonly queuedBytes: number;
  /** Accepted connections from one IPv4 address or one IPv6 /64. */
  readonly perSource: number;
  /** Accepted connections of one listener. */
  readonly connections: number;
  readonly message: MessageLimits;
}

export const streamLimits: StreamLimits = {
  connectMs: 4_000,
  idleMs: 600_000,
  keepAliveMs: 110_000,
  pongMs: 10_000,
  messageMs: 32_000,
  closeMs: 2_000,
  queuedBytes: 256 * 1024,
  perSource: 64,
  connections: 4_096,
  message: messageLimits,
};
