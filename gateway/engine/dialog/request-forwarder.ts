// The part of the proxy that the user agent uses: requests that belong to dialogs of other peers. The proxy implements
// it. The dialog layer must not depend on anything else of the proxy.

import type { SipRequest } from '../message/message.ts';
import type { InviteServerTransaction } from '../transaction/invite-server.ts';
import type { ServerTransaction } from '../transaction/transaction.ts';
import type { Flow } from '../transport/transport.ts';

export interface Forwarder {
  /** Whether the request follows a route that this engine recorded. */
  hasRecordedRoute(request: SipRequest): boolean;
  /** If the request follows a route that this engine recorded, forwards it and returns true. */
  requested(request: SipRequest, transaction: ServerTransaction): boolean;
  /** Whether the INVITE is being forwarded. If so, its CANCEL is forwarded too. */
  cancelled(cancel: SipRequest, transaction: ServerTransaction, invite: InviteServerTransaction): boolean;
  /** The ACK of a 2xx that belongs to none of our dialogs. */
  acknowledged(ack: SipRequest, flow: Flow): void;
  /** The engine stops. */
  close(): void;
}
