// An INVITE from the network, initial or in a dialog, from its 100 to the ACK of its answer (RFC 3261 13.3, 14.2).
// Reliable provisionals are in reliable-provisional.ts.

import { tagOf } from '../message/address.ts';
import { parseCSeq } from '../message/cseq.ts';
import type { SipRequest } from '../message/message.ts';
import { serialize } from '../message/serialize.ts';
import type { InviteServerTransaction } from '../transaction/invite-server.ts';
import type { Flow } from '../transport/transport.ts';
import { AnswerRetransmission } from './answer-retransmission.ts';
import type { Answer, Sent } from './application.ts';
import { composeCancel } from './cancel.ts';
import { Dialog, dialogId } from './dialog.ts';
import { IncomingRequest, noBody } from './incoming-request.ts';
import { offers100rel, ReliableProvisionals, requires100rel } from './reliable-provisional.ts';
import type { UserAgent } from './user-agent.ts';

export class IncomingInvite extends IncomingRequest {
  /** Whether the INVITE arrived within a dialog. */
  readonly inDialog: boolean;
  readonly #dialogId: string;
  #provisionals: ReliableProvisionals | undefined;
  #answer: AnswerRetransmission | undefined;
  #final = false;
  /** Sends the 2xx. Set while the 2xx waits for a PRACK. */
  #heldAnswer: (() => void) | undefined;
  #waiting: (() => void)[] = [];
  #lost = false;

  constructor(
    agent: UserAgent,
    request: SipRequest,
    transaction: InviteServerTransaction,
    dialog: Dialog | undefined,
  ) {
    super(agent, request, transaction, dialog);
    this.inDialog = dialog !== undefined;
    const { headers } = request;
    this.#dialogId = dialog?.id ?? dialogId(headers.get('Call-ID')!, tagOf(headers.get('From')!) ?? '');
    if (dialog === undefined) return;
    // Another INVITE can be present only if its answer was lost. That answer will never be acknowledged.
    dialog.incomingInvite?.abandon();
    dialog.incomingInvite = this;
  }

  override get dialogId(): string {
    return this.#dialogId;
  }

  override respond(answer: Answer): Sent | string {
    const { status } = answer;
    if (status > 100 && status < 200 && requires100rel(answer)) return this.#respondReliably(answer);
    const sent = super.respond(answer);
    if (typeof sent === 'string') return sent;
    this.#final = status >= 200;
    if (status >= 300) this.#refused();
    else if (status >= 200) this.#accepted(status, sent);
    else if (status > 100) this.#progressed();
    return sent;
  }

  /** Whether the 2xx still waits for its ACK. */
  get unacknowledged2xx(): boolean {
    return this.#answer !== undefined;
  }

  /**
   * Whether the 2xx was sent on a flow that is closed and has no other path back. Then neither the 2xx nor its ACK can
   * be expected to arrive.
   */
  get lost(): boolean {
    return this.#lost;
  }

  /**
   * Which side's offer waits for its answer (RFC 3261 13.2.1, RFC 3262 5): that of the INVITE, or ours in a response.
   */
  get openOffer(): 'ours' | 'theirs' | undefined {
    const described = this.#provisionals?.described ?? false;
    if (this.request.body.length > 0) return this.#final || described ? undefined : 'theirs';
    const accepted = this.accepted !== undefined && this.accepted.body.length > 0;
    return accepted || this.#provisionals?.holdsAnswer === true ? 'ours' : undefined;
  }

  /**
   * Calls back when the 2xx is acknowledged, given up or lost; immediately if no 2xx waits. RFC 3261 15: "the callee's
   * UA MUST NOT send a BYE on a confirmed dialog until it has received an ACK for its 2xx".
   */
  afterAck(then: () => void): void {
    if (this.#lost || (this.#answer === undefined && this.#heldAnswer === undefined)) then();
    else this.#waiting.push(then);
  }

  /** Ends the INVITE: the peer sent CANCEL or an early BYE, or its connection was lost. */
  cancel(cancel: SipRequest): void {
    if (this.transaction.answered) return;
    if (this.#heldAnswer !== undefined) {
      this.#giveUpHeldAnswer(487, 'SIP;cause=487;text="Request Terminated"');
      return;
    }
    // RFC 3261 9.2: "immediately respond to the original request with a 487".
    this.reject(487);
    this.agent.application.cancelled(this, cancel);
  }

  /** Whether this ACK acknowledges the 2xx. */
  acknowledge(ack: SipRequest, flow: Flow): boolean {
    const wanted = parseCSeq(this.request.headers.get('CSeq')!)?.number;
    if (parseCSeq(ack.headers.get('CSeq')!)?.number !== wanted) return false;
    if (this.#answer === undefined) return true;
    this.#settle();
    this.agent.application.acknowledged(this, this.dialog!, ack, flow);
    return true;
  }

  /** RFC 3262: whether this PRACK acknowledges one of the provisionals. */
  acknowledgeProvisional(prack: SipRequest): boolean {
    return this.#provisionals?.acknowledge(prack) ?? false;
  }

  acknowledged(ack: SipRequest): void {
    this.acknowledge(ack, this.flow);
  }

  /** The dialog ends in another way: a BYE no longer has to wait for the ACK. */
  abandon(): void {
    const held = this.#heldAnswer !== undefined;
    this.#settle();
    this.#provisionals?.stop();
    if (!this.transaction.answered) this.#refuse(487, held);
  }

  /** The engine is closing: all timers stop. */
  release(): void {
    this.#answer?.stop();
    this.#provisionals?.stop();
  }

  override neglected(): void {
    this.#withdraw(504, 'SIP;cause=504;text="No answer from the application"');
  }

  override transportFailed(error: Error): void {
    super.transportFailed(error);
    if (this.#final) {
      this.#lost = true;
      this.#notifyWaiting();
      return;
    }
    this.#final = true;
    this.#refused();
    this.#reportCancelled('SIP;cause=503;text="Transport closed"');
  }

  protected override transmit(status: number, bytes: Buffer): void {
    if (this.#provisionals?.sending === true) return;
    if (status < 200 || status >= 300 || this.#provisionals?.holdsAnswer !== true) {
      super.transmit(status, bytes);
      return;
    }
    this.#heldAnswer = () => {
      this.#heldAnswer = undefined;
      super.transmit(status, bytes);
      this.#awaitAck(status, bytes);
    };
    this.#provisionals.whenDescribed(this.#heldAnswer);
  }

  protected override needsContact(status: number): boolean {
    return (status >= 200 && status < 300) || (this.#provisionals?.sending ?? false);
  }

  #respondReliably(answer: Answer): Sent | string {
    if (!offers100rel(this.request)) return 'Remote endpoint does not support 100rel';
    this.#provisionals ??= new ReliableProvisionals(this.agent.timers, this.request, this.transaction, () =>
      // RFC 3262 3: "The UAS SHOULD reject the original request with a 5xx response".
      this.#withdraw(504, 'SIP;cause=504;text="PRACK timeout"'),
    );
    const sent = this.#provisionals.send(answer, numbered => super.respond(numbered));
    if (typeof sent === 'string') return sent;
    this.#progressed();
    this.dialog!.describe(contentType(answer), answer.body);
    return sent;
  }

  /** Answers in place of the application. The application receives a CANCEL. */
  #withdraw(status: number, reason: string): void {
    if (this.#heldAnswer !== undefined) this.#giveUpHeldAnswer(status, reason);
    if (this.#final) return;
    this.reject(status);
    this.#reportCancelled(reason);
  }

  /** The application regards the call as answered, so it must receive a BYE. */
  #giveUpHeldAnswer(status: number, reason: string): void {
    const { dialog } = this;
    this.#heldAnswer = undefined;
    this.#provisionals?.stop();
    this.#refuse(status, true);
    if (dialog !== undefined && !this.inDialog) this.agent.end(dialog, reason);
  }

  #refuse(status: number, held: boolean): void {
    // The request of a held 2xx is finished already, except for its transaction.
    if (!held) {
      this.reject(status);
      return;
    }
    const refusal = this.compose({ status, reason: undefined, fields: [], body: noBody });
    this.transaction.respond(status, serialize(refusal));
    this.detach();
  }

  #reportCancelled(reason: string): void {
    this.agent.application.cancelled(this, composeCancel(this.request, [['Reason', reason]]));
  }

  /** RFC 3261 12.1.1: a provisional with a local tag creates an early dialog. */
  #progressed(): void {
    if (this.dialog !== undefined) return;
    const dialog = Dialog.ofServer(this.request, this.localTag, this.flow);
    dialog.owner = this.owner;
    dialog.incomingInvite = this;
    this.dialog = dialog;
    this.agent.dialogs.add(dialog);
  }

  #accepted(status: number, sent: Sent): void {
    if (this.inDialog) this.dialog!.refreshTarget(this.request, this.flow);
    else {
      this.#progressed();
      this.dialog!.state = 'Confirmed';
    }
    const { headers, body } = this.accepted!;
    this.dialog!.describe(headers.get('Content-Type'), body);
    this.agent.sessionOf(this.dialog!).agree(this.accepted!, 'uas');
    if (this.#heldAnswer === undefined) this.#awaitAck(status, sent.bytes);
  }

  #awaitAck(status: number, bytes: Buffer): void {
    this.#provisionals?.stop();
    this.#answer = new AnswerRetransmission(this.agent.timers, this.transaction, status, bytes, () =>
      this.#unacknowledged(),
    );
  }

  /** RFC 3261 13.3.1.4: without an ACK "the dialog is confirmed, but the session SHOULD be terminated" by BYE. */
  #unacknowledged(): void {
    const { dialog } = this;
    // Ending the dialog abandons this INVITE, and with it everything that waited for the ACK.
    if (dialog?.incomingInvite === this) this.agent.end(dialog, 'SIP;cause=200;text="ACK timeout"');
  }

  #refused(): void {
    this.#provisionals?.stop();
    const { dialog } = this;
    if (dialog === undefined) return;
    if (dialog.incomingInvite === this) dialog.incomingInvite = undefined;
    if (!this.inDialog) this.agent.dialogs.remove(dialog);
  }

  #settle(): void {
    this.#answer?.stop();
    this.#answer = undefined;
    this.#heldAnswer = undefined;
    if (this.dialog?.incomingInvite === this) this.dialog.incomingInvite = undefined;
    if (this.transaction.answered) this.detach();
    this.#notifyWaiting();
  }

  #notifyWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    // Later, so that the caller of this method finishes first.
    for (const then of waiting) this.agent.timers.soon(then);
  }
}

function contentType(answer: Answer): string | undefined {
  return answer.fields.find(([name]) => name === 'Content-Type')?.[1];
}
