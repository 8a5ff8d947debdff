// An outgoing request other than INVITE, in or out of a dialog, until its final response.

import { randomUUID } from 'node:crypto';
import type { SipRequest, SipResponse } from '../message/message.ts';
import type { ClientTransactionUser } from '../transaction/transaction.ts';
import type { Flow } from '../transport/transport.ts';
import type { Outgoing } from './application.ts';
import { Dialog, type Owner } from './dialog.ts';
import { localFailure, unreadable } from './local-failure.ts';
import type { UserAgent } from './user-agent.ts';

export class OutgoingRequest implements ClientTransactionUser, Outgoing {
  readonly id = randomUUID();
  readonly owner: Owner | undefined;
  readonly request: SipRequest;
  readonly bytes: Buffer;
  readonly flow: Flow | undefined;
  dialog: Dialog | undefined;
  readonly #agent: UserAgent;
  /** Whether the request asks for the first dialog of a subscription. */
  readonly #subscribes: boolean;

  constructor(
    agent: UserAgent,
    owner: Owner | undefined,
    request: SipRequest,
    bytes: Buffer,
    flow: Flow | undefined,
    dialog: Dialog | undefined,
  ) {
    this.#agent = agent;
    this.owner = owner;
    this.request = request;
    this.bytes = bytes;
    this.flow = flow;
    this.dialog = dialog;
    this.#subscribes = dialog === undefined && request.method === 'SUBSCRIBE';
    if (dialog !== undefined && request.method === 'UPDATE') dialog.outgoingUpdate = request;
    if (this.#subscribes) agent.earlyNotifies.expect(request);
  }

  get dialogId(): string {
    return this.dialog?.id ?? '';
  }

  received(response: SipResponse): void {
    // RFC 3261 8.1.3.2 treats a 100 like any provisional. drachtio-server does not pass it on, and neither does this
    // engine.
    if (response.status === 100) return;
    if (response.status >= 200) this.#finished(response, this.flow);
    else this.#agent.application.responded(this, response, this.flow);
  }

  timedOut(): void {
    this.#finished(localFailure(this.request, 408, unreadable(this.flow)), undefined);
  }

  transportFailed(error: Error): void {
    this.#finished(localFailure(this.request, 503, error), undefined);
  }

  #finished(response: SipResponse, flow: Flow | undefined): void {
    this.#concluded(response);
    this.#agent.application.responded(this, response, flow);
    if (this.#subscribes) this.#agent.earlyNotifies.settle(this.request);
  }

  #concluded(response: SipResponse): void {
    const { method } = this.request;
    const { status } = response;
    const { dialog } = this;
    if (dialog !== undefined) {
      if (method === 'BYE') this.#byeAnswered(dialog, status);
      if (method === 'UPDATE') this.#updated(dialog, response);
      if (method === 'SUBSCRIBE' && status < 300) this.#agent.subscribed(dialog, response);
      if (method === 'NOTIFY') this.#agent.endSubscription(dialog, this.request);
      // RFC 6665 4.1.2.2, 4.2.2: if the peer does not know the subscription, or does not answer, the subscription is
      // over.
      if (status === 481 || (status === 408 && method === 'NOTIFY')) this.#agent.unsubscribed(dialog);
    } else if (this.#subscribes && status < 300 && this.flow !== undefined) {
      this.dialog = Dialog.ofClient(this.request, response, this.flow);
      this.dialog.state = 'Confirmed';
      this.dialog.owner = this.owner;
      this.#agent.dialogs.add(this.dialog);
      this.#agent.subscribed(this.dialog, response);
    }
  }

  /** RFC 3261 15.1.1: after any final response to a BYE the session is over. A challenge only asks for another BYE. */
  #byeAnswered(dialog: Dialog, status: number): void {
    if (status !== 401 && status !== 407) this.#agent.finish(dialog);
    else if (dialog.state !== 'Terminated') this.#agent.sessionOf(dialog).stayForCredentials();
  }

  #updated(dialog: Dialog, response: SipResponse): void {
    if (dialog.outgoingUpdate === this.request) dialog.outgoingUpdate = undefined;
    if (dialog.state === 'Terminated') return;
    if (response.status < 300) {
      dialog.refreshTarget(response, this.flow ?? dialog.flow);
      dialog.describe(this.request.headers.get('Content-Type'), this.request.body);
      if (dialog.state === 'Confirmed') this.#agent.sessionOf(dialog).agree(response, 'uac');
    } else if (this.owner === undefined) dialog.session?.refused(response);
  }
}
