// A request from the network that waits for the application's answer (RFC 3261 8.2): what all answers have in common.
// The responses to INVITE are in incoming-invite.ts.

import { randomUUID } from 'node:crypto';
import { tagOf } from '../message/address.ts';
import { createResponse } from '../message/compose.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { serialize } from '../message/serialize.ts';
import { newTag } from '../transaction/identifiers.ts';
import type { ServerTransaction, ServerTransactionUser } from '../transaction/transaction.ts';
import type { Flow } from '../transport/transport.ts';
import type { Answer, Sent } from './application.ts';
import { Dialog, type Owner } from './dialog.ts';
import { agreementFor } from './session-timer.ts';
import type { UserAgent } from './user-agent.ts';

export class IncomingRequest implements ServerTransactionUser {
  /** The transaction's id in the application protocol. */
  readonly id = randomUUID();
  readonly request: SipRequest;
  readonly transaction: ServerTransaction;
  /** On the engine's monotonic clock, in ms. */
  readonly receivedAt: number;
  dialog: Dialog | undefined;
  owner: Owner | undefined;
  protected readonly agent: UserAgent;
  /** The 2xx that was sent. */
  protected accepted: SipResponse | undefined;
  /** The local tag. The first response that has a tag sets it. */
  #localTag: string | undefined;

  constructor(
    agent: UserAgent,
    request: SipRequest,
    transaction: ServerTransaction,
    dialog: Dialog | undefined,
  ) {
    this.agent = agent;
    this.request = request;
    this.transaction = transaction;
    this.receivedAt = agent.timers.clock.now();
    this.dialog = dialog;
    this.owner = dialog?.owner;
    this.#localTag = tagOf(request.headers.get('To')!);
    transaction.user = this;
    if (dialog !== undefined && request.method === 'UPDATE') dialog.incomingUpdate = request;
  }

  get flow(): Flow {
    return this.transaction.flow;
  }

  /** The id by which an application finds its dialog. Empty if the response creates no dialog and belongs to none. */
  get dialogId(): string {
    return this.dialog !== undefined && this.request.method !== 'BYE' ? this.dialog.id : '';
  }

  /** Sends the answer, or returns the reason why it cannot be sent. */
  respond(answer: Answer): Sent | string {
    if (this.transaction.answered) return 'Response not sent due to unknown transaction';
    if (this.flow.closed && (this.flow.transport === 'ws' || this.flow.transport === 'wss')) {
      return 'transport for response has been shutdown or closed';
    }
    const response = this.compose(answer);
    const bytes = serialize(response);
    if (answer.status >= 200) this.#conclude(answer.status, response);
    else if (answer.status > 100) this.agent.progressed(this);
    this.transmit(answer.status, bytes);
    // A 2xx to an INVITE stays, because it waits for its ACK.
    if (answer.status >= 300 || (answer.status >= 200 && this.request.method !== 'INVITE')) this.detach();
    return { bytes, flow: this.flow };
  }

  /** Answers without the application. */
  reject(status: number, reason?: string, fields: Answer['fields'] = []): void {
    this.respond({ status, reason, fields, body: noBody });
  }

  /** The application did not answer in time. */
  neglected(): void {
    this.reject(504);
  }

  transportFailed(error: Error): void {
    this.agent.log.debug({ error: error.message, method: this.request.method }, 'response not delivered');
    this.#updateOver();
    this.agent.forget(this);
  }

  /**
   * Detaches this request from its transaction, whose later events no longer matter. The transaction stays to
   * retransmit the answer.
   */
  protected detach(): void {
    if (this.transaction.user === this) this.transaction.user = undefined;
  }

  protected transmit(status: number, bytes: Buffer): void {
    this.transaction.respond(status, bytes);
  }

  protected compose(answer: Answer): SipResponse {
    const { status } = answer;
    if (status > 100) this.#localTag ??= answer.toTag ?? newTag();
    const response = createResponse(this.request, status, answer.reason, this.#localTag);
    if (this.#formsDialog(status)) {
      // RFC 3261 12.1.1: "all Record-Route header field values from the request MUST be copied".
      for (const route of this.request.headers.all('Record-Route')) {
        response.headers.append('Record-Route', route);
      }
    }
    const { headers } = response;
    for (const [name, value] of answer.fields) headers.append(name, value);
    if (this.needsContact(status) && !headers.has('Contact')) {
      headers.append('Contact', this.agent.contactFor(this.flow));
    }
    if (this.agent.userAgent !== undefined && status > 100 && !headers.has('Server')) {
      headers.append('Server', this.agent.userAgent);
    }
    response.body = answer.body;
    const { method } = this.request;
    if (status >= 200 && status < 300 && (method === 'INVITE' || method === 'UPDATE')) {
      for (const [name, value] of agreementFor(this.request, response)) headers.append(name, value);
    }
    return response;
  }

  protected get localTag(): string {
    this.#localTag ??= newTag();
    return this.#localTag;
  }

  protected needsContact(status: number): boolean {
    const { method } = this.request;
    return (
      status >= 200 && status < 300 && (method === 'SUBSCRIBE' || method === 'REFER' || method === 'UPDATE')
    );
  }

  #formsDialog(status: number): boolean {
    const { method } = this.request;
    return status > 100 && status < 300 && (method === 'INVITE' || method === 'SUBSCRIBE');
  }

  #conclude(status: number, response: SipResponse): void {
    this.agent.forget(this);
    const { request } = this;
    this.#updateOver();
    if (request.method === 'NOTIFY' && this.dialog !== undefined)
      this.agent.endSubscription(this.dialog, request);
    if (status >= 300) return;
    this.accepted = response;
    if (request.method === 'UPDATE') this.#updated(response);
    if (request.method === 'SUBSCRIBE' && this.dialog === undefined) {
      const dialog = Dialog.ofServer(request, tagOf(response.headers.get('To')!)!, this.flow);
      dialog.owner = this.owner;
      dialog.state = 'Confirmed';
      this.dialog = dialog;
      this.agent.dialogs.add(dialog);
    }
    if (request.method === 'SUBSCRIBE') this.agent.subscribed(this.dialog!, response);
  }

  #updateOver(): void {
    if (this.dialog?.incomingUpdate === this.request) this.dialog.incomingUpdate = undefined;
  }

  /** RFC 3311 5.2, RFC 4028 9. */
  #updated(response: SipResponse): void {
    const { dialog } = this;
    if (dialog === undefined) return;
    dialog.refreshTarget(this.request, this.flow);
    dialog.describe(response.headers.get('Content-Type'), response.body);
    if (dialog.state === 'Confirmed') this.agent.sessionOf(dialog).agree(response, 'uas');
  }
}

export const noBody = Buffer.alloc(0);
