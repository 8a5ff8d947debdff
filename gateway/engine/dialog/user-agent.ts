// The user agent core (RFC 3261 8, 12, 13, 15): assigns incoming requests to dialogs, answers what the RFC decides, and
// passes the rest to the application.

import type { SipRequest, SipResponse } from '../message/message.ts';
import type { InviteServerTransaction } from '../transaction/invite-server.ts';
import { isInDialog } from '../transaction/matching.ts';
import type { StatelessAnswer } from '../transaction/stateless.ts';
import type { Timers } from '../transaction/timers.ts';
import type { ServerTransaction } from '../transaction/transaction.ts';
import { TransactionLayer, type TransactionUser } from '../transaction/transaction-layer.ts';
import type { Flow } from '../transport/transport.ts';
import type { Application, RequestDraft } from './application.ts';
import type { Dialog, Owner } from './dialog.ts';
import { DialogTable } from './dialog-table.ts';
import { EarlyNotifies } from './early-notifies.ts';
import { IncomingInvite } from './incoming-invite.ts';
import { IncomingRequest, noBody } from './incoming-request.ts';
import { localSide, type Network } from './network.ts';
import type { Lookup } from './next-hop.ts';
import { Outbound, sizeOf } from './outbound.ts';
import type { OutgoingInvite } from './outgoing-invite.ts';
import { refusalOf, refused, respond } from './refusal.ts';
import type { Forwarder } from './request-forwarder.ts';
import { SessionTimer } from './session-timer.ts';
import { WaitingRequests } from './waiting-requests.ts';

export interface UserAgentLog {
  debug(fields: object, text: string): void;
}

export interface UserAgentOptions {
  readonly network: Network;
  readonly timers: Timers;
  readonly lookup: Lookup;
  /** Whether requests in a dialog may go to this address. For a host name: whether they may go to any name. */
  readonly mayReach: (address: string) => boolean;
  readonly log: UserAgentLog;
  /** For User-Agent and Server if the application sets none. */
  readonly userAgent: string | undefined;
  readonly limits: { readonly transactions: number; readonly dialogs: number };
  /** Whether a 2xx to an INVITE is accepted without a Contact, or with another status than 200. */
  readonly takesAnyAnswer: boolean;
  /** The stateless answer to a request outside dialogs that no application receives. */
  readonly answer?: ((request: SipRequest, flow: Flow) => StatelessAnswer | undefined) | undefined;
}

export class UserAgent implements TransactionUser {
  readonly timers: Timers;
  readonly log: UserAgentLog;
  readonly userAgent: string | undefined;
  readonly mayReach: (address: string) => boolean;
  readonly dialogs: DialogTable;
  readonly transactions: TransactionLayer;
  readonly outbound: Outbound;
  readonly earlyNotifies: EarlyNotifies;
  readonly application: Application;
  /** The proxy. It checks first whether a request belongs to a dialog of other peers. */
  forwarder: Forwarder | undefined;
  readonly #network: Network;
  readonly #options: UserAgentOptions;
  readonly #waiting: WaitingRequests;
  readonly #invites = new Map<string, OutgoingInvite>();

  constructor(application: Application, options: UserAgentOptions) {
    const { network, timers, limits } = options;
    this.application = application;
    this.timers = timers;
    this.log = options.log;
    this.mayReach = options.mayReach;
    this.userAgent = options.userAgent;
    this.#network = network;
    this.#options = options;
    this.#waiting = new WaitingRequests(timers);
    this.earlyNotifies = new EarlyNotifies(timers, (...notify) => this.#continueDialog(...notify));
    this.dialogs = new DialogTable(limits.dialogs);
    const dial = (destination: Parameters<Network['flowBack']>[0]) => network.flowBack(destination);
    this.transactions = new TransactionLayer(this, timers, dial, limits.transactions);
    this.outbound = new Outbound(this, network, this.transactions, options.lookup);
  }

  get takesAnyAnswer(): boolean {
    return this.#options.takesAnyAnswer;
  }

  /** A request from the network without a final response. */
  incoming(id: string): IncomingRequest | undefined {
    return this.#waiting.get(id);
  }

  /** An outgoing INVITE without a final response. */
  outgoingInvite(id: string): OutgoingInvite | undefined {
    return this.#invites.get(id);
  }

  /** The stateless answer to a request that no application receives and that belongs to no dialog. */
  screen(request: SipRequest, flow: Flow): StatelessAnswer | undefined {
    if (this.forwarder?.hasRecordedRoute(request)) return undefined;
    if (isInDialog(request)) {
      const belongs = this.earlyNotifies.expects(request) || this.#dialogOf(request, flow) !== undefined;
      return belongs ? undefined : { status: 481 };
    }
    const answer = this.#options.answer?.(request, flow);
    if (answer !== undefined) return answer;
    if (formsDialog(request) && this.dialogs.full) return { status: 503 };
    if (request.method === 'INVITE' && this.dialogs.matchInitial(request) !== undefined)
      return { status: 491 };
    return refusalOf(request, undefined);
  }

  requested(request: SipRequest, transaction: ServerTransaction): void {
    // RFC 3261 17.2.1 allows the transaction user 200 ms before a 100. The application is behind a socket, so the 100
    // is sent immediately.
    if (request.method === 'INVITE') respond(request, transaction, 100);
    if (this.forwarder?.requested(request, transaction)) return;
    if (isInDialog(request)) this.#requestedInDialog(request, transaction);
    else this.#ask(request, transaction, undefined);
  }

  cancelled(cancel: SipRequest, transaction: ServerTransaction, cancelled: InviteServerTransaction): void {
    if (this.forwarder?.cancelled(cancel, transaction, cancelled)) return;
    const invite = cancelled.user;
    // RFC 3261 9.2: the CANCEL arrives too late to have an effect and is still answered.
    if (!(invite instanceof IncomingInvite)) respond(cancel, transaction, 200);
    else if (invite.unacknowledged2xx) {
      // The caller gave up before our 2xx reached it. Like drachtio-server, the engine ends the session itself, because
      // the ACK may never arrive.
      respond(cancel, transaction, 481);
      invite.abandon();
      if (invite.dialog !== undefined) this.end(invite.dialog, 'SIP;cause=200;text="CANCEL after 200 OK"');
    } else {
      respond(cancel, transaction, 200);
      invite.cancel(cancel);
    }
  }

  acknowledged(ack: SipRequest, flow: Flow): void {
    const dialog = this.#dialogOf(ack, flow);
    if (dialog === undefined) {
      this.forwarder?.acknowledged(ack, flow);
      return;
    }
    dialog.receivedOn(flow);
    flow.known = true;
    dialog.incomingInvite?.acknowledge(ack, flow);
  }

  contactFor(flow: Flow): string {
    return localSide(this.#network, flow).contact;
  }

  /** Our address on that flow: `host[:port]`. */
  hostPortFor(flow: Flow): string {
    return this.#network.contactFor(flow);
  }

  /** The application sent a response that is not final. */
  progressed(request: IncomingRequest): void {
    this.#waiting.progressed(request);
  }

  forget(request: IncomingRequest): void {
    this.#waiting.forget(request);
  }

  rememberInvite(invite: OutgoingInvite): void {
    this.#invites.set(invite.id, invite);
  }

  forgetInvite(invite: OutgoingInvite): void {
    this.#invites.delete(invite.id);
  }

  /** The timer that limits the dialog's life. */
  sessionOf(dialog: Dialog): SessionTimer {
    dialog.session ??= new SessionTimer(this, dialog);
    return dialog.session;
  }

  /** Sends a request on behalf of the engine. The application is not informed. */
  refresh(dialog: Dialog, draft: RequestDraft): void {
    const within = (flow: Flow | undefined) => void this.outbound.within(dialog, undefined, draft, flow);
    this.outbound.reach(dialog, within, sizeOf(draft));
  }

  /** Ends a dialog with a BYE of the engine, and informs the application. */
  end(dialog: Dialog, reason: string): void {
    this.finish(dialog);
    if (dialog.usage !== 'INVITE') return;
    const draft = { method: 'BYE', fields: [['Reason', reason]] as const, body: noBody };
    this.outbound.reach(dialog, flow => {
      const bye = this.outbound.within(dialog, undefined, draft, flow);
      if (dialog.owner !== undefined) this.application.terminated(dialog, bye);
    });
  }

  /** Removes a dialog that is over, and everything that waits in it. */
  finish(dialog: Dialog): void {
    dialog.incomingInvite?.abandon();
    dialog.outgoingInvite?.cancel([]);
    this.dialogs.remove(dialog);
  }

  /** A 2xx to SUBSCRIBE. A subscription within a call shares the dialog but not its end (RFC 5057 4.1). */
  subscribed(dialog: Dialog, answer: SipResponse): void {
    if (dialog.usage === 'SUBSCRIBE' && dialog.state !== 'Terminated')
      this.sessionOf(dialog).subscribe(answer);
  }

  /** RFC 6665 4.1.3: a NOTIFY with `terminated` ends the dialog of the subscription, whatever the response to it is. */
  endSubscription(dialog: Dialog, notify: SipRequest): void {
    if (/^\s*terminated/i.test(notify.headers.get('Subscription-State') ?? '')) this.unsubscribed(dialog);
  }

  unsubscribed(dialog: Dialog): void {
    if (dialog.usage === 'SUBSCRIBE') this.dialogs.remove(dialog);
  }

  /** Whether a request or a dialog still belongs to the application. */
  isInUse(owner: Owner): boolean {
    for (const _request of this.#waiting.ownedBy(owner)) return true;
    for (const invite of this.#invites.values()) if (invite.owner === owner) return true;
    for (const _dialog of this.dialogs.ownedBy(owner)) return true;
    return false;
  }

  /** The application's connection is gone: answers its requests and ends its dialogs. */
  ownerGone(owner: Owner): void {
    for (const request of [...this.#waiting.ownedBy(owner)]) request.reject(503);
    for (const invite of this.#invites.values()) if (invite.owner === owner) invite.cancel([]);
    for (const dialog of [...this.dialogs.ownedBy(owner)]) {
      if (dialog.state === 'Confirmed') this.end(dialog, 'SIP;cause=503;text="Application gone"');
    }
  }

  close(): void {
    this.#waiting.clear();
    this.earlyNotifies.clear();
    this.#invites.clear();
    for (const dialog of this.dialogs) dialog.incomingInvite?.release();
    this.dialogs.clear();
    this.forwarder?.close();
    this.transactions.close();
  }

  /**
   * RFC 7118 5: a browser can be reached only over its own connections, so only those connections may act for it.
   * Otherwise a datagram could move the dialog, and our requests, to the address in its Contact or Record-Route.
   */
  #dialogOf(request: SipRequest, flow: Flow): Dialog | undefined {
    const dialog = this.dialogs.match(request);
    return dialog !== undefined && isBrowser(dialog.flow) === isBrowser(flow) ? dialog : undefined;
  }

  #requestedInDialog(request: SipRequest, transaction: ServerTransaction): void {
    if (!this.earlyNotifies.hold(request, transaction)) this.#continueDialog(request, transaction);
  }

  #continueDialog(request: SipRequest, transaction: ServerTransaction): void {
    const dialog = this.#dialogOf(request, transaction.flow);
    if (dialog === undefined) {
      respond(request, transaction, 481);
      return;
    }
    if (refused(request, transaction, dialog)) return;
    dialog.receivedOn(transaction.flow);
    transaction.flow.known = true;
    if (request.method === 'BYE') this.#byeReceived(dialog, request, transaction);
    else this.#ask(request, transaction, dialog);
  }

  #byeReceived(dialog: Dialog, bye: SipRequest, transaction: ServerTransaction): void {
    const invite = dialog.incomingInvite;
    if (dialog.state === 'Early' && invite !== undefined) {
      // RFC 3261 15: a caller may end an early dialog with BYE. The application receives it as a CANCEL.
      respond(bye, transaction, 200);
      invite.cancel(bye);
      return;
    }
    this.finish(dialog);
    if (dialog.owner === undefined || dialog.owner.closed) respond(bye, transaction, 200);
    else this.#ask(bye, transaction, dialog);
  }

  #ask(request: SipRequest, transaction: ServerTransaction, dialog: Dialog | undefined): void {
    const incoming =
      request.method === 'INVITE'
        ? new IncomingInvite(this, request, transaction as InviteServerTransaction, dialog)
        : new IncomingRequest(this, request, transaction, dialog);
    this.#waiting.add(incoming);
    this.application.requested(incoming);
  }
}

function isBrowser({ transport }: Flow): boolean {
  return transport === 'ws' || transport === 'wss';
}

function formsDialog(request: SipRequest): boolean {
  return request.method === 'INVITE' || request.method === 'SUBSCRIBE';
}
