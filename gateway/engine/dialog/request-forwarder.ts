// What the user agent passes by: requests that belong to somebody else's dialog. The proxy implements this; the
// dialog layer knows nothing else of it.

import type { SipRequest } from '../message/message.ts';
import type { InviteServerTransaction } from '../transaction/invite-server.ts';
import type { ServerTransaction } from '../transaction/transaction.ts';
import type { Flow } from '../transport/transport.ts';

export interface Forwarder {
  /** Whether the request travels along a route that this engine recorded. */
  knows(request: SipRequest): boolean;
  /** Whether the request travels along a route that this engine recorded; it is then taken care of. */
  requested(request: SipRequest, transaction: ServerTransaction): boolean;
  /** Whether the INVITE is being forwarded, so that its CANCEL has been taken care of. */
  cancelled(cancel: SipRequest, transaction: ServerTransaction, invite: InviteServerTransaction): boolean;
  /** The ACK of a 2xx that is not for one of our dialogs. */
  acknowledged(ack: SipRequest, flow: Flow): void;
  /** The engine stops. */
  close(): void;
}
