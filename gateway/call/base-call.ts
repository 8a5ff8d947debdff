// What a call to a person and an echo test have in common: the state (call-table.ts), the deadline of the state, the
// events, and the end. At the end both sides are answered, the call is closed at the relay, and 'ended' is emitted.

import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import type { Visitor } from '../auth/visitor.ts';
import type { Destination } from '../directory/directory.ts';
import { emptyReport, type MediaEvent, type MediaReport } from '../media/relay.ts';
import type { CallDependencies } from './call-dependencies.ts';
import { type CallAction, type CallInput, type CallState, callTable } from './call-table.ts';
import type { Dialog } from './dialog.ts';
import type { CallEventDetails, CallIdentity } from './events.ts';
import {
  byeHeaders,
  type Ending,
  type Outcome,
  outcome,
  refusalHeaders,
  unansweredOutcome,
} from './outcome.ts';
import type { ReceivedCall } from './received-call.ts';

export abstract class BaseCall {
  readonly id: string;
  /** Resolves when 'ended' or 'refused' has been emitted. */
  readonly ended: Promise<void>;
  /** Called when the call is established. */
  onAnswered = () => {};
  protected readonly dependencies: CallDependencies;
  protected readonly destination: Destination;
  protected readonly request: SrfRequest;
  protected readonly response: SrfResponse;
  /** Dialogs that get a BYE at the end. */
  protected readonly dialogs: Dialog[] = [];
  protected currentCaller: Visitor;
  /** ICE and DTLS with the browser have been complete. */
  protected hadMedia = false;
  readonly #identity: CallIdentity;
  /** The final response and the BYEs of the end, until they are answered. */
  readonly #closing: Promise<unknown>[] = [];
  #settle!: () => void;
  #state: CallState = 'setting-up';
  #answeredAt: number | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(dependencies: CallDependencies, { id, caller, destination, request, response }: ReceivedCall) {
    this.id = id;
    this.dependencies = dependencies;
    this.destination = destination;
    this.request = request;
    this.response = response;
    this.currentCaller = caller;
    this.#identity = { call: id, site: destination.domain, user: destination.user };
    this.ended = new Promise(resolve => {
      this.#settle = resolve;
    });
    // From now on: a CANCEL may come before the set-up begins.
    request.on('cancel', () => this.endOn('cancelled', outcome('cancelled')));
  }

  /** Sets the call up. Resolves when the call is established or ended. */
  abstract run(): Promise<void>;
  /** The visitor's WebSocket is closed. */
  abstract visitorLeft(): void;
  /** The connection to the SIP engine is closed: nothing can be sent or received. */
  abstract engineLeft(): void;
  abstract engineBack(): void;
  abstract mediaEvent(event: MediaEvent): void;

  get caller(): Visitor {
    return this.currentCaller;
  }

  /** The call has ended, or has been refused. */
  get isOver(): boolean {
    return this.#state === 'ended';
  }

  /** Refuses the call instead of setting it up. */
  refuse(why: Outcome): void {
    if (this.on('refused') !== 'refuse') return;
    this.#refuse(why);
    this.emit({ type: 'refused', outcome: why });
    this.#settle();
  }

  /** Ends the call from the gateway's side: BYE to both sides, or a final response where it is not established. */
  end(ending: Ending): void {
    this.endOn('end', unansweredOutcome(ending), ending);
  }

  /** Resolves when both sides have answered the end of the call. */
  async closed(): Promise<void> {
    await Promise.allSettled(this.#closing);
  }

  /** The server that the call is with. */
  protected abstract get server(): string | undefined;

  /** Releases what the call holds beside its dialogs. */
  protected abstract release(why: Outcome, ending: Ending | undefined): void;

  /** The outcome of an answered call. */
  protected abstract answeredOutcome(
    ending: Ending | undefined,
    seconds: number,
    media: MediaReport,
  ): Outcome;

  protected get state(): CallState {
    return this.#state;
  }

  /** Enters the next state of the table; returns the action. */
  protected on(input: CallInput): CallAction {
    const [next, action] = callTable[this.#state][input];
    this.#state = next;
    return action;
  }

  /**
   * The same for an input that ends the call in some states: with the response `unanswered` before the call is
   * established, with `ending` afterwards.
   */
  protected endOn(input: CallInput, unanswered: Outcome, ending?: Ending): CallAction {
    const action = this.on(input);
    if (action === 'refuse') {
      this.#refuse(unanswered);
      this.#finish(unanswered, undefined);
    } else if (action === 'hangUp') this.#finish(outcome('answered'), ending);
    return action;
  }

  protected emit(details: CallEventDetails): void {
    this.dependencies.events.emit(this.#identity, details);
  }

  protected mediaConnected(): void {
    if (!this.hadMedia) this.emit({ type: 'media-connected' });
    this.hadMedia = true;
  }

  protected answered(): void {
    this.#answeredAt = performance.now();
    this.emit({ type: 'answered', server: this.server });
    this.onAnswered();
  }

  /** Starts the timer of the present state. One timer runs at a time. */
  protected startDeadline(seconds: number, expired: () => void): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(expired, seconds * 1000);
  }

  /** An engine that answered a CANCEL with 487 by itself drops a second final response. */
  #refuse(why: Outcome): void {
    if (this.response.finalResponseSent) return;
    const headers = refusalHeaders(why);
    this.#closing.push(new Promise(sent => this.response.send(why.status, why.reason, { headers }, sent)));
  }

  #finish(why: Outcome, ending: Ending | undefined): void {
    const { events, media } = this.dependencies;
    const moment = events.now();
    const talkMs = this.#answeredAt === undefined ? 0 : performance.now() - this.#answeredAt;
    clearTimeout(this.#deadline);
    this.release(why, ending);
    const headers = byeHeaders(why, ending);
    for (const dialog of this.dialogs) this.#closing.push(dialog.end(headers));
    const reported = media.close(this.id).catch(() => emptyReport);
    void reported.then(report => {
      const seconds = Math.round(talkMs / 100) / 10;
      const known = why.code === 'answered' ? this.answeredOutcome(ending, seconds, report) : why;
      const { server } = this;
      events.emit(this.#identity, { type: 'ended', outcome: known, ending, server, media: report }, moment);
      this.#settle();
    });
  }
}
