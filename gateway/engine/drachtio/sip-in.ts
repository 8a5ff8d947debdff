// From the network to the application: events of the user agent, as `sip` frames.

import type { Application, Outgoing, Sent } from '../dialog/application.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { IncomingInvite } from '../dialog/incoming-invite.ts';
import type { IncomingRequest } from '../dialog/incoming-request.ts';
import { OutgoingInvite } from '../dialog/outgoing-invite.ts';
import { tagOf } from '../message/address.ts';
import { guarded } from '../message/guarded.ts';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts';
import { isKnownMethod } from '../message/methods.ts';
import { serialize } from '../message/serialize.ts';
import type { Timers } from '../transaction/timers.ts';
import type { Flow } from '../transport/transport.ts';
import type { AppConnection } from './app-connection.ts';
import type { Applications } from './applications.ts';
import type { Cdr, CdrReason } from './cdr.ts';
import type { EarlyCancels } from './early-cancels.ts';
import type { Routing } from './routing.ts';
import { sipFields } from './sip-fields.ts';

export class SipIn implements Application {
  readonly #applications: Applications;
  readonly #timers: Timers;
  readonly #routing: Routing;
  readonly #cdr: Cdr;
  readonly #earlyCancels: EarlyCancels;

  constructor(
    applications: Applications,
    timers: Timers,
    routing: Routing,
    cdr: Cdr,
    earlyCancels: EarlyCancels,
  ) {
    this.#applications = applications;
    this.#timers = timers;
    this.#routing = routing;
    this.#cdr = cdr;
    this.#earlyCancels = earlyCancels;
  }

  requested(incoming: IncomingRequest): void {
    const { request, dialog } = incoming;
    if (dialog === undefined) {
      if (request.method === 'INVITE') this.#cdr.attempt('network', request);
      this.#routing.decide(incoming, owner => this.#deliver(incoming, owner));
      return;
    }
    if (request.method === 'BYE') this.#cdr.end(dialog, 'network', 'normal-release', request);
    this.#deliver(incoming, incoming.owner as AppConnection | undefined);
  }

  #deliver(incoming: IncomingRequest, owner: AppConnection | undefined): void {
    const { request, flow } = incoming;
    if (owner === undefined || owner.closed) {
      if (request.method === 'INVITE' && incoming.dialog === undefined) {
        this.#cdr.stop('application', 'call-rejected', request);
      }
      // RFC 3261 8.2.1, RFC 4475 3.1.1.2: an unknown method is answered with 501 and the known methods. A known method
      // gets 503, because an application may connect later.
      if (isKnownMethod(request.method)) incoming.reject(503);
      else incoming.reject(501, undefined, [['Allow', this.#applications.methods().join(', ')]]);
      return;
    }
    incoming.owner = owner;
    if (incoming.dialog !== undefined) {
      this.#send(owner, request, flow, incoming.id, incoming.dialog.id);
      return;
    }
    // The local address that a new request arrived on, for `req.receivedOn`.
    const { address, port } = flow.local;
    this.#send(owner, request, flow, incoming.id, '', `${address}|${port}|`);
  }

  cancelled(invite: IncomingInvite, cancel: SipRequest): void {
    if (!invite.inDialog) this.#cdr.stop('network', 'call-canceled', cancel);
    const owner = invite.owner as AppConnection | undefined;
    if (owner === undefined) return;
    // drachtio-srf handles only CANCEL. An early BYE and a lost connection are reported as CANCEL.
    const request = cancel.method === 'CANCEL' ? cancel : { ...cancel, method: 'CANCEL' };
    this.#earlyCancels.hold(owner, invite.receivedAt, () =>
      this.#send(owner, request, invite.flow, invite.id, ''),
    );
  }

  acknowledged(invite: IncomingInvite, dialog: Dialog, ack: SipRequest, flow: Flow): void {
    const owner = dialog.owner as AppConnection | undefined;
    if (owner !== undefined) this.#send(owner, ack, flow, invite.id, dialog.id);
  }

  responded(outgoing: Outgoing, response: SipResponse, flow: Flow | undefined): void {
    const owner = outgoing.owner as AppConnection | undefined;
    if (outgoing instanceof OutgoingInvite && response.status >= 200) this.#answered(outgoing, response);
    if (owner !== undefined) this.#send(owner, response, flow, outgoing.id, outgoing.dialogId);
  }

  terminated(dialog: Dialog, bye: Sent): void {
    const owner = dialog.owner as AppConnection | undefined;
    this.#cdr.end(dialog, 'application', endingOf(bye), bye.bytes);
    const fields = sipFields(bye.bytes, bye.flow, bye.flow?.remote, this.#timers.clock.date());
    owner?.send(`sip|application|${fields}|unsolicited|${dialog.id}|`, bye.bytes);
  }

  #answered(invite: OutgoingInvite, response: SipResponse): void {
    if (tagOf(invite.request.headers.get('To') ?? '') !== undefined) return;
    if (response.status < 300) this.#cdr.start('network', 'uac', response);
    else this.#cdr.fail('network', response.status, response);
  }

  #send(
    owner: AppConnection,
    message: SipMessage,
    flow: Flow | undefined,
    transactionId: string,
    dialogId: string,
    rest = '',
  ): void {
    const bytes = serialize(guarded(message));
    const fields = sipFields(bytes, flow, flow?.remote, this.#timers.clock.date());
    owner.send(`sip|network|${fields}|${transactionId}|${dialogId}|${rest}`, bytes);
  }
}

/** The reason why the engine ended a dialog, from the text in its BYE. */
function endingOf({ bytes }: Sent): CdrReason {
  const reason = bytes.toString('latin1').match(/^Reason:.*$/im)?.[0] ?? '';
  if (reason.includes('Session timer expired')) return 'session-expired';
  if (reason.includes('Application gone')) return 'system-error-initiated-termination';
  return 'system-initiated-termination';
}
