// How much patience and memory one TCP or TLS peer gets.

import { type MessageLimits, messageLimits } from '../message/limits.ts';

export interface StreamLimits {
  /** From the first SYN to a usable connection, TLS handshake included. */
  readonly connectMs: number;
  /** Without a byte in either direction. */
  readonly idleMs: number;
  /** Between the keep-alives that we send on a connection we opened; RFC 5626 4.4.1 has 95 to 120 s. */
  readonly keepAliveMs: number;
  /** For a peer that answers keep-alives to do so. */
  readonly pongMs: number;
  /** From a message's first byte to its last; from the beginning of a connection that a peer opened, too. */
  readonly messageMs: number;
  /** From one message to the next on a stranger's connection; keep-alives are none. Default: no limit. */
  readonly quietMs?: number;
  /** For the peer to take what is queued after we closed. */
  readonly closeMs: number;
  /** Unsent bytes beyond which the peer is given up. */
  readonly queuedBytes: number;
  /** Connections accepted at a time from one IPv4 address or one IPv6 /64. */
  readonly perSource: number;
  /** Connections accepted at a time by one listener. */
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
