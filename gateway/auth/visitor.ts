// A visitor: what the edge has established about one browser's WebSocket. The rest of the gateway finds a visitor by its
// id, which the edge writes into each SIP request of that WebSocket.

import { randomBytes } from 'node:crypto';
import type { DenialReason } from './authorization.ts';
import type { Grant } from './grant.ts';

/**
 * The header with the visitor's id, between the edge and the call application. The edge removes the header from what a
 * browser sends, and the call application writes it into no message.
 */
export const VISITOR_HEADER = 'X-Sip-Call-Visitor';

export interface Visitor {
  /** Opaque and secret: a client that knows it could call as this visitor. */
  readonly id: string;
  /** The browser's IP address. */
  readonly address: string;
  /** The page's origin, from the browser. */
  readonly origin: string;
  /** The page is one of the gateway's own. */
  readonly ownPage?: boolean;
  /** Its protocol errors count as offences of its address (offence.ts). */
  readonly accountable?: boolean;
  /** The call that it may make or has resumed; undefined where the site requires no token. */
  readonly grant?: Grant | undefined;
  /** Why it may make no call: its token is wrong by the owner's fault. */
  readonly denial?: DenialReason;
}

/** 128 bits that cannot be guessed. */
export function newVisitorId(): string {
  return randomBytes(16).toString('base64url');
}
