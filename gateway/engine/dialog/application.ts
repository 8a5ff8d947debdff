// What the user agent tells whoever decides about calls, and what that one answers with.
// The application protocol implements this; the dialog layer knows nothing else of it.

import type { SipRequest, SipResponse } from '../message/message.ts';
import type { Flow } from '../transport/transport.ts';
import type { Dialog, Owner } from './dialog.ts';
import type { IncomingInvite } from './incoming-invite.ts';
import type { IncomingRequest } from './incoming-request.ts';

/** A response to be sent. The engine adds what transaction and dialog prescribe. */
export interface Answer {
  readonly status: number;
  readonly reason: string | undefined;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** The application's choice of our tag; taken only if none has been sent yet. */
  readonly toTag?: string | undefined;
}

/** A request to be sent. Out of dialog the identities are the application's to choose. */
export interface RequestDraft {
  readonly method: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** A message as it went out, serialized once. */
export interface Sent {
  readonly bytes: Buffer;
  readonly flow: Flow | undefined;
}

/** A request of ours under way, as the application sees it. */
export interface Outgoing {
  readonly id: string;
  readonly owner: Owner | undefined;
  readonly dialogId: string;
  readonly bytes: Buffer;
  readonly flow: Flow | undefined;
}

export interface Application {
  /** A request from the network, to be answered through `incoming.respond`. */
  requested(incoming: IncomingRequest): void;
  /** The INVITE has been answered 487 already. `cancel` may be of our own making. */
  cancelled(invite: IncomingInvite, cancel: SipRequest): void;
  /** The ACK of a 2xx. */
  acknowledged(invite: IncomingInvite, dialog: Dialog, ack: SipRequest, flow: Flow): void;
  /** A response to `outgoing`; `flow` is undefined when the engine speaks for a silent or lost peer. */
  responded(outgoing: Outgoing, response: SipResponse, flow: Flow | undefined): void;
  /** The engine ended the dialog itself, with this BYE. */
  terminated(dialog: Dialog, bye: Sent): void;
}
