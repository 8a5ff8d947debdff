// The interface between the user agent and the application that decides about calls: events, requests and answers. The
// application protocol implements it. The dialog layer must not depend on anything else of that protocol.

import type { SipRequest, SipResponse } from '../message/message.ts';
import type { Flow } from '../transport/transport.ts';
import type { Dialog, Owner } from './dialog.ts';
import type { IncomingInvite } from './incoming-invite.ts';
import type { IncomingRequest } from './incoming-request.ts';

/** A response to send. The engine adds the fields that the transaction and the dialog determine. */
export interface Answer {
  readonly status: number;
  readonly reason: string | undefined;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** The local tag that the application chose. It is used only if no tag has been sent yet. */
  readonly toTag?: string | undefined;
}

/** A request to send. Outside a dialog the application chooses From, To and Call-ID. */
export interface RequestDraft {
  readonly method: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** A message as it was sent, serialized once. */
export interface Sent {
  readonly bytes: Buffer;
  readonly flow: Flow | undefined;
}

/** A request of this engine that is under way, as the application sees it. */
export interface Outgoing {
  readonly id: string;
  readonly owner: Owner | undefined;
  readonly dialogId: string;
  readonly bytes: Buffer;
  readonly flow: Flow | undefined;
}

export interface Application {
  /** A request from the network. Answer it with `incoming.respond`. */
  requested(incoming: IncomingRequest): void;
  /** The INVITE has already been answered with 487. The engine may have made `cancel` itself. */
  cancelled(invite: IncomingInvite, cancel: SipRequest): void;
  /** The ACK of a 2xx. */
  acknowledged(invite: IncomingInvite, dialog: Dialog, ack: SipRequest, flow: Flow): void;
  /** A response to `outgoing`. `flow` is undefined when the engine made the response for a silent or lost peer. */
  responded(outgoing: Outgoing, response: SipResponse, flow: Flow | undefined): void;
  /** The engine itself ended the dialog, with this BYE. */
  terminated(dialog: Dialog, bye: Sent): void;
}
