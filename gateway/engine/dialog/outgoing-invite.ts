// An outgoing INVITE, from sending to the ACK of its 2xx (RFC 3261 13.2, 14.1): early dialogs, the one answer that is
// accepted, the release of the other forks, and a CANCEL at any point.

import { randomUUID } from 'node:crypto';
import { tagOf } from '../message/address.ts';
import { createRequest, createResponse } from '../message/compose.ts';
import { parseCSeq } from '../message/cseq.ts';
import { parseDecimal } from '../message/grammar.ts';
import { hasReadableContact } from '../message/guarded.ts';
import { HeaderList } from '../message/headers.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { serialize } from '../message/serialize.ts';
import type { InviteClientTransaction } from '../transaction/invite-client.ts';
import type { ClientTransactionUser } from '../transaction/transaction.ts';
import type { Flow } from '../transport/transport.ts';
import type { Outgoing, RequestDraft, Sent } from './application.ts';
import { composeCancel, sendCancel } from './cancel.ts';
import { Dialog, dialogId, type Owner } from './dialog.ts';
import { noBody } from './incoming-request.ts';
import { localFailure, unreadable } from './local-failure.ts';
import { SeenProvisionals } from './seen-provisionals.ts';
import type { UserAgent } from './user-agent.ts';

/** RFC 3262 7.1. */
const MAX_RSEQ = 2 ** 32 - 1;
/** More forks than any known proxy makes. Early dialogs beyond this number are not kept separately. */
const maxForks = 16;

export class OutgoingInvite implements ClientTransactionUser, Outgoing {
  readonly id = randomUUID();
  readonly owner: Owner | undefined;
  readonly dialogId: string;
  /** After a 2xx, only the parts from which the dialog of a late fork is built. */
  request: SipRequest;
  /** Until the final response. */
  bytes: Buffer;
  readonly flow: Flow | undefined;
  transaction: InviteClientTransaction | undefined;
  readonly #agent: UserAgent;
  /** Whether the INVITE was sent within a dialog. */
  readonly #inDialog: boolean;
  /** The confirmed dialog, or the early dialog of the last provisional. */
  #dialog: Dialog | undefined;
  readonly #early = new Map<string, Dialog>();
  readonly #seen = new SeenProvisionals();
  #provisional = false;
  #final = false;
  /** Whether the peer has sent a session description. */
  #described = false;
  /** A CANCEL that waits until a provisional shows that the INVITE has arrived. */
  #heldCancel: { request: SipRequest; bytes: Buffer } | undefined;
  #cancelled = false;
  /** The answer made a dialog that only the engine will end. */
  #endedByEngine = false;
  /** The ACK of the 2xx, as text: a buffer would keep the whole pool from which it was cut in memory. */
  #ack: string | undefined;

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
    this.#dialog = dialog;
    this.#inDialog = dialog !== undefined;
    const { headers } = request;
    this.dialogId = dialog?.id ?? dialogId(headers.get('Call-ID')!, tagOf(headers.get('From')!)!);
    if (dialog !== undefined) dialog.outgoingInvite = this;
  }

  get number(): number {
    return parseCSeq(this.request.headers.get('CSeq')!)!.number;
  }

  /** Whether the final response is still missing. */
  get pending(): boolean {
    return !this.#final;
  }

  /**
   * Whether the offer of this INVITE has no answer yet. A description in an unreliable provisional counts as the
   * answer, because the 2xx must repeat it (RFC 3261 13.2.1).
   */
  get openOffer(): 'ours' | undefined {
    return this.#final || this.#described || this.request.body.length === 0 ? undefined : 'ours';
  }

  /** The early dialog with that remote tag, if it is not the one in the dialog table. */
  fork(remoteTag: string): Dialog | undefined {
    return this.#early.get(remoteTag);
  }

  received(response: SipResponse): void {
    const { status } = response;
    if (status < 200) this.#progressed(response);
    else if (status < 300) this.#answered(response);
    else this.#refused(response, this.flow);
  }

  timedOut(): void {
    this.#refused(localFailure(this.request, 408, unreadable(this.flow)), undefined);
  }

  transportFailed(error: Error): void {
    this.#refused(localFailure(this.request, 503, error), undefined);
  }

  expired(): void {
    this.cancel([['Reason', 'SIP;cause=408;text="Timer C expired"']]);
  }

  /**
   * RFC 3261 9.1: "If no provisional response has been received, the CANCEL request MUST NOT be sent; rather, the
   * client MUST wait". Undefined if there is nothing left to cancel.
   */
  cancel(extra: RequestDraft['fields']): Sent | undefined {
    if (this.#final || this.#cancelled) return undefined;
    this.#cancelled = true;
    const request = composeCancel(this.request, extra);
    const bytes = serialize(request);
    this.#heldCancel = { request, bytes };
    if (this.#provisional) this.#release();
    return { bytes, flow: this.flow };
  }

  /** Sends the application's ACK of the 2xx. Undefined if no 2xx waits for one. */
  acknowledge(draft: Omit<RequestDraft, 'method'>, flow: Flow): Sent | undefined {
    const dialog = this.#dialog;
    if (dialog?.state !== 'Confirmed' || this.#ack !== undefined) return undefined;
    const sent = this.#agent.outbound.acknowledge(dialog, this.number, draft, flow);
    this.#ack = sent.bytes.toString('latin1');
    dialog.describe(draft.fields.find(([name]) => name === 'Content-Type')?.[1], draft.body);
    if (dialog.outgoingInvite === this) dialog.outgoingInvite = undefined;
    // RFC 3261 9.1: a CANCEL that crossed the 2xx had no effect, so a BYE ends the session.
    if (this.#cancelled || this.#endedByEngine)
      this.#agent.end(dialog, 'SIP;cause=487;text="Request Terminated"');
    return sent;
  }

  #progressed(response: SipResponse): void {
    if (this.#final) {
      this.#cancelLate();
      return;
    }
    this.#provisional = true;
    if (this.#heldCancel !== undefined) this.#release();
    if (response.status === 100) return;
    const tag = tagOf(response.headers.get('To')!);
    const rseq = parseDecimal(response.headers.get('RSeq') ?? '', MAX_RSEQ);
    if (rseq !== undefined && !this.#seen.isNext(tag ?? '', rseq)) return;
    this.#described ||= response.body.length > 0;
    if (tag !== undefined && !this.#inDialog) this.#enterEarly(tag, response);
    this.#agent.application.responded(this, response, this.flow);
  }

  #enterEarly(tag: string, response: SipResponse): void {
    let dialog = this.#early.get(tag);
    if (dialog === undefined) {
      if (this.#early.size >= maxForks) return;
      dialog = this.#open(response);
      this.#early.set(tag, dialog);
    } else if (response.headers.has('Contact')) dialog.refreshTarget(response, this.flow!);
    this.#dialog = dialog;
    this.#agent.dialogs.add(dialog);
  }

  #open(response: SipResponse): Dialog {
    const dialog = Dialog.ofClient(this.request, response, this.flow!);
    dialog.owner = this.owner;
    dialog.outgoingInvite = this;
    return dialog;
  }

  #answered(response: SipResponse): void {
    const tag = tagOf(response.headers.get('To')!) ?? '';
    if (this.#final) {
      this.#answeredAgain(tag, response);
      return;
    }
    this.#conclude();
    const dialog = this.#inDialog ? this.#dialog! : (this.#early.get(tag) ?? this.#open(response));
    if (this.owner?.closed && dialog.state !== 'Terminated') {
      this.#decline(dialog);
      this.#forgetEarly();
      return;
    }
    if (dialog.state === 'Terminated' && !this.#inDialog) {
      // The callee ended its early dialog with a BYE, which RFC 3261 15 forbids, and then answered: there is no dialog
      // to accept.
      this.#decline(dialog);
      this.#forgetEarly();
      this.#agent.application.responded(this, createResponse(this.request, 487), undefined);
      return;
    }
    if (dialog.state === 'Terminated') this.#acknowledgeLate(dialog);
    else {
      // RFC 3261 12.2.1.2: within a dialog the target may change, the route set may not.
      if (this.#inDialog) dialog.refreshTarget(response, this.flow!);
      else this.#confirm(dialog, response);
      dialog.describe(this.request.headers.get('Content-Type'), this.request.body);
      this.#agent.sessionOf(dialog).agree(response, 'uac');
      // A refresh by the engine itself: the engine sends the ACK.
      if (this.#inDialog && this.owner === undefined) this.#acknowledgeOwn(dialog);
    }
    this.request = dialogPart(this.request);
    const passedOn = this.#agent.takesAnyAnswer ? asPlain200(response, dialog) : response;
    this.#agent.application.responded(this, passedOn, this.flow);
  }

  #confirm(dialog: Dialog, response: SipResponse): void {
    dialog.confirm(response, this.flow!);
    this.#dialog = dialog;
    this.#agent.dialogs.add(dialog);
    // drachtio-srf makes a dialog only from a 200 with a Contact, and never ends a dialog that it has not made.
    const acceptedByDrachtio = response.status === 200 && hasReadableContact(response);
    this.#endedByEngine ||= !acceptedByDrachtio && !this.#agent.takesAnyAnswer;
  }

  #answeredAgain(tag: string, response: SipResponse): void {
    // RFC 3261 13.2.2.4: the ACK is passed to the transport "every time a retransmission of the 2xx ... arrives".
    if (this.#inDialog || tag === this.#dialog?.remoteTag) {
      const ack = this.#ack;
      if (ack !== undefined) {
        this.#agent.outbound.reach(this.#dialog!, flow => flow?.send(Buffer.from(ack, 'latin1')));
      }
      return;
    }
    // The first fork that answered has the call. Every other fork is acknowledged and released.
    this.#decline(this.#early.get(tag) ?? this.#open(response));
  }

  /** The early dialog in the table can belong to another fork than the one that answered. */
  #forgetEarly(): void {
    if (!this.#inDialog && this.#dialog !== undefined) this.#agent.dialogs.remove(this.#dialog);
  }

  /** ACK and BYE for an answer that is not used. */
  #decline(dialog: Dialog): void {
    dialog.owner = undefined;
    this.#acknowledgeLate(dialog);
    this.#agent.end(dialog, 'SIP;cause=487;text="Call completed elsewhere"');
  }

  #acknowledgeOwn(dialog: Dialog): void {
    this.#agent.outbound.reach(dialog, flow => {
      if (flow !== undefined) this.acknowledge(emptyAck, flow);
    });
  }

  /** The ACK of a 2xx to a session that has ended meanwhile. Without it the peer retransmits the 2xx. */
  #acknowledgeLate(dialog: Dialog): void {
    this.#agent.outbound.reach(dialog, flow => {
      if (flow === undefined) return;
      const { bytes } = this.#agent.outbound.acknowledge(dialog, this.number, emptyAck, flow);
      // A released fork is not the fork whose retransmissions are answered with the stored ACK.
      if (dialog.remoteTag === this.#dialog?.remoteTag) this.#ack = bytes.toString('latin1');
    });
  }

  #refused(response: SipResponse, flow: Flow | undefined): void {
    if (this.#final) return;
    this.#conclude();
    const dialog = this.#dialog;
    if (dialog?.outgoingInvite === this) dialog.outgoingInvite = undefined;
    // RFC 3261 12.3: early dialogs end with a non-2xx final response.
    if (!this.#inDialog && dialog !== undefined) this.#agent.dialogs.remove(dialog);
    else if (this.owner === undefined && dialog?.state === 'Confirmed') dialog.session?.refused(response);
    this.#agent.application.responded(this, response, flow);
  }

  #conclude(): void {
    this.#final = true;
    this.#heldCancel = undefined;
    this.bytes = noBody;
    this.#agent.forgetInvite(this);
  }

  /** The INVITE was given up after silence, and a provisional arrived later: the callee must not keep ringing. */
  #cancelLate(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    const request = composeCancel(this.request, []);
    this.#heldCancel = { request, bytes: serialize(request) };
    this.#release();
  }

  #release(): void {
    const { request, bytes } = this.#heldCancel!;
    this.#heldCancel = undefined;
    if (this.transaction === undefined) return;
    sendCancel(this.#agent.transactions, this.transaction, request, bytes);
    this.transaction.cancelled();
  }
}

const emptyAck = { fields: [], body: noBody } as const;

/**
 * The answer as the application sees it. drachtio-srf makes a dialog only from a 200 with a Contact. An unknown 2xx
 * counts as a 200 (RFC 3261 8.1.3.2). If a 2xx has no readable Contact, the address that it came from becomes its
 * Contact.
 */
function asPlain200(response: SipResponse, dialog: Dialog): SipResponse {
  const { status, headers } = response;
  if (status === 200 && hasReadableContact(response)) return response;
  if (hasReadableContact(response)) return { ...response, status: 200 };
  const fields = [...headers].filter(({ name }) => name !== 'Contact');
  fields.push({ name: 'Contact', value: `<${dialog.remoteTarget}>` });
  return { ...response, status: 200, headers: HeaderList.adopt(fields) };
}

/**
 * RFC 3261 12.1.2: the parts of a request that a dialog needs. The request is kept for 64*T1 and may have been large.
 */
function dialogPart({ method, uri, headers }: SipRequest): SipRequest {
  return createRequest(
    method,
    uri,
    ['From', 'To', 'Call-ID', 'CSeq'].map(name => [name, headers.get(name)!] as const),
  );
}
