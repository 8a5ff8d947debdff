// What a call is: the B2BUA between one visitor's browser and one person's PBX.
// Sets up (resolver, media relay, one server after another), joins the two dialogs, and ends both.

import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf';
import { emptyReport, type Leg, type MediaEvent, type MediaReport } from '../media/relay.ts';
import type { Target } from '../resolver/target.ts';
import { Absence } from './absence.ts';
import { answeredOutcome } from './answered.ts';
import type { Caller, CallRecord } from './call-record.ts';
import { type Cause, cause } from './cause.ts';
import { descriptionIn } from './description.ts';
import { onEnd, stillThere } from './dialog-life.ts';
import type { Destination } from './directory.ts';
import { outcomeOfFailure } from './failure.ts';
import type { CallFoundation } from './foundation.ts';
import { inviteHeaders } from './headers.ts';
import { type Attempt, Hunt } from './hunt.ts';
import { oneWayWords } from './one-way-words.ts';
import {
  type Ending,
  type Outcome,
  outcome,
  outcomeOf,
  reasonHeaders,
  refusalHeaders,
  refusedAnswerHeaders,
  unansweredOutcome,
} from './outcome.ts';
import { PbxInvite } from './pbx-invite.ts';
import { Renegotiation } from './renegotiation.ts';
import { serverOf } from './transport-cause.ts';
import { readVisit, type Visit } from './visit.ts';

export class Call {
  readonly id: string;
  readonly record: Promise<CallRecord>;
  /** Called once they talk. */
  onAnswered = () => {};
  readonly #foundation: CallFoundation;
  readonly #destination: Destination;
  readonly #visit: Visit;
  readonly #request: SrfRequest;
  readonly #response: SrfResponse;
  readonly #renegotiation: Renegotiation;
  readonly #startedAt = performance.now();
  readonly #aborted = new AbortController();
  readonly #absence: Absence;
  readonly #farewells: Promise<unknown>[] = [];
  #caller: Caller;
  #settle!: (record: CallRecord) => void;
  #state: 'setting-up' | 'answering' | 'established' | 'ended' = 'setting-up';
  #hunt: Hunt | undefined;
  #rang = false;
  /** The browser's media has got as far as the relay. */
  #hadMedia = false;
  #uas: Dialog | undefined;
  #uac: Dialog | undefined;
  #target: Target | undefined;
  #attempts: readonly Attempt[] = [];
  #mediaFault: Cause | undefined;
  #answeredAt: number | undefined;
  /** The timer of the present state: set-up, ringing, longest call. One at a time. */
  #deadline: NodeJS.Timeout | undefined;

  constructor(
    foundation: CallFoundation,
    id: string,
    caller: Caller,
    destination: Destination,
    request: SrfRequest,
    response: SrfResponse,
  ) {
    this.id = id;
    this.#caller = caller;
    this.#foundation = foundation;
    this.#destination = destination;
    this.#visit = readVisit(name => request.get(name), caller.origin);
    this.#request = request;
    this.#response = response;
    this.#renegotiation = new Renegotiation(foundation.media, id);
    this.#absence = new Absence(foundation.limits.graceSeconds, ending => this.end(ending));
    this.record = new Promise(resolve => {
      this.#settle = resolve;
    });
  }

  /** Sets the call up; every way it can end goes through {@link record}. */
  async run(): Promise<void> {
    const { limits } = this.#foundation;
    this.#request.on('cancel', () => this.#giveUp(outcome('cancelled')));
    this.#startDeadline(limits.setupSeconds, () => this.#giveUp(this.#tooSlow()));
    try {
      await this.#setUp();
    } catch (error) {
      this.#failed(error);
    }
  }

  get caller(): Caller {
    return this.#caller;
  }

  /** The visitor's WebSocket is gone: nobody can be told of a set-up, but an established call may be picked up again. */
  visitorLeft(): void {
    if (this.#state === 'established') this.#absence.visitorLeft();
    else this.#giveUp(outcome('cancelled'));
  }

  /** Nothing can be sent or received: no set-up outlives that, an established call may. */
  engineLeft(): void {
    if (this.#state === 'established') this.#absence.engineLeft();
    else this.#giveUp(outcome('engine-away'));
  }

  engineBack(): void {
    const { boundary } = this.#foundation;
    const [uas, uac] = [this.#uas, this.#uac];
    if (uas && uac) boundary.run('engine back', () => this.#absence.engineBack([uas, uac]));
  }

  mediaEvent(event: MediaEvent): void {
    if (event.type === 'connected') {
      this.#hadMedia = true;
      this.#absence.mediaBack();
    } else if (event.type === 'one-way') this.#oneWay(event);
    else if (event.type === 'both-ways') {
      this.#foundation.log.info({ call: this.id }, 'sound goes both ways again');
    } else if (event.type === 'silent') {
      if (event.leg === 'pbx') this.#foundation.boundary.run('probe', () => this.#probePbx());
    } else if (event.type === 'lost' && this.#state === 'established') this.#absence.mediaLost();
    else if (event.type === 'failed') this.#mediaFailed(event.reason, event.ours);
    else this.#mediaFailed('the browser went away');
  }

  #oneWay({ leg, cause, forMs }: MediaEvent & { type: 'one-way' }): void {
    this.#foundation.log.warn({ call: this.id, leg, cause, forMs }, oneWayWords(leg, cause));
  }

  #mediaFailed(detail: string, ours = false): void {
    this.#foundation.log.warn({ call: this.id, reason: detail }, 'media failed');
    this.#mediaFault = cause(ours ? 'relay-failed' : 'visitor-network-blocks-media', { detail });
    if (this.#state !== 'established') this.#giveUp(outcomeOf(this.#mediaFault));
    else this.end(this.#hadMedia ? 'media-lost' : 'media-failed');
  }

  /** Settled once both sides have answered what they were told at the end. */
  async farewell(): Promise<void> {
    await Promise.allSettled(this.#farewells);
  }

  /** Ends an established call from here: BYE both ways. Gives up one that is not established. */
  end(ending: Ending): void {
    if (this.#state === 'established') this.#finish(outcome('answered'), ending);
    else this.#giveUp(unansweredOutcome(ending));
  }

  async #setUp(): Promise<void> {
    const { media, srf, boundary, limits, tellsSource } = this.#foundation;
    // An offer that cannot be used is refused before any server is known.
    const [, resolution] = await Promise.all([
      media.offer(this.id, 'browser', this.#request.body ?? ''),
      this.#foundation.resolve(this.#destination.domain, this.#aborted.signal),
    ]);
    if (this.#state !== 'setting-up') return;

    const address = this.#destination.tellsAddress ? this.#caller.address : undefined;
    const offerTo = (target: Target) =>
      media.offer(this.id, 'browser', this.#request.body ?? '', target.address);
    const invite = (target: Target, offer: string) =>
      new PbxInvite(
        srf,
        this.#destination,
        target,
        inviteHeaders(this.#destination, this.id, this.#visit, Buffer.byteLength(offer), address),
        offer,
        { answerSeconds: limits.answerSeconds, tellsSource },
        response => boundary.run('provisional', () => this.#provisional(response)),
      );
    this.#hunt = new Hunt(resolution.targets, offerTo, invite, this.#foundation.judge);
    const result = await this.#hunt.run();
    if (result.type === 'abandoned') return;
    if (result.type === 'refused') {
      this.#attempts = result.attempts;
      this.#target = result.decisive.target;
      this.#giveUp(outcomeOf(result.decisive.cause));
      return;
    }
    this.#target = result.target;
    if (this.#state === 'setting-up') await this.#answer(result.dialog, result.offer);
    else result.dialog.destroy().catch(() => {});
  }

  async #answer(uac: Dialog, offer: string): Promise<void> {
    const { media, srf, limits } = this.#foundation;
    this.#state = 'answering';
    this.#uac = uac;
    // From the moment it answered, the PBX may hang up, also while the browser is still being told.
    onEnd(uac, () => {
      if (this.#state === 'answering')
        this.#giveUp(outcomeOf(cause('pbx-hung-up-early', { server: this.#server })));
      else this.#finish(outcome('answered'), 'hung-up-by-pbx');
    });
    this.#carryOffersOf('pbx', uac);
    if (this.#state !== 'answering') return;
    // Not that of the dialog, which is the last that the PBX has sent, agreed on or not.
    const description = descriptionIn(uac.res);
    const answer = await media.answer(this.id, 'pbx', description);
    if (this.#state !== 'answering') return;
    const uas = await srf.createUAS(this.#request, this.#response, { localSdp: answer });
    this.#uas = uas;
    if (this.#state !== 'answering') {
      uas.destroy().catch(() => {});
      return;
    }
    this.#state = 'established';
    this.#answeredAt = performance.now();
    media.established?.(this.id);
    this.onAnswered();
    const longest = Math.min(
      limits.callMinutes * 60,
      this.#caller.grant?.seconds ?? Number.POSITIVE_INFINITY,
    );
    this.#startDeadline(longest, () => this.end('too-long'));
    this.#renegotiation.agreed('pbx', offer, description);
    this.#renegotiation.agreed('browser', answer, this.#request.body ?? '');
    this.#join(uas, uac);
  }

  #join(uas: Dialog, uac: Dialog): void {
    onEnd(uas, () => this.#finish(outcome('answered'), 'hung-up-by-visitor'));
    this.#carryOffersOf('browser', uas);
    for (const dialog of [uas, uac]) {
      // Nobody moves a call elsewhere: a transfer is a way out of the fence.
      const { boundary } = this.#foundation;
      dialog.on(
        'refer',
        boundary.answering((_request, response) => response.send(603)),
      );
      dialog.on(
        'message',
        boundary.answering((_request, response) => response.send(405)),
      );
    }
  }

  /** New offers of one leg go to the other, once there is one and while there is a call. */
  #carryOffersOf(from: Leg, dialog: Dialog): void {
    const carry = this.#foundation.boundary.answering((request, response) =>
      this.#carryOffer(from, request, response),
    );
    dialog.on('modify', carry);
    dialog.on('update', carry);
  }

  async #carryOffer(from: Leg, request: SrfRequest, response: SrfResponse): Promise<void> {
    if (from === 'browser' && !this.#isVisitor(request)) {
      response.send(481);
      return;
    }
    const other = from === 'browser' ? this.#uac : this.#uas;
    if (this.#state !== 'established' || !other) {
      response.send(this.#state === 'ended' ? 481 : 491);
      return;
    }
    const agreed = await this.#renegotiation.carry(from, request, response, other);
    if (agreed && from === 'browser') this.#visitorBack(request);
  }

  /** 180 and 183 (RFC 3261 13.3.1.1); SDP in one of them is early media: the browser plays it instead of ringing. */
  async #provisional(response: SrfResponse): Promise<void> {
    if (this.#state !== 'setting-up' || response.status < 180) return;
    // A phone repeats its 180 every minute: only the first one starts the time it may ring.
    if (!this.#rang) {
      this.#rang = true;
      this.#startDeadline(this.#foundation.limits.ringSeconds, () => this.#giveUp(outcome('no-answer')));
    }
    const early = await this.#earlyMedia(response);
    if (this.#state !== 'setting-up') return;
    if (early) this.#response.send(183, { body: early });
    else if (response.status === 180) this.#response.send(180);
  }

  /** A body that is no use, such as ISUP, leaves the call to ring on: only the answer has to be right. */
  async #earlyMedia(response: SrfResponse): Promise<string | undefined> {
    const description = descriptionIn(response);
    if (!description) return undefined;
    return await this.#foundation.media.answer(this.id, 'pbx', description).catch(() => undefined);
  }

  /** RTP stopped. A held line is silent too, so the PBX is asked before it is believed dead. */
  async #probePbx(): Promise<void> {
    if (this.#state !== 'established' || !this.#uac) return;
    if (!(await stillThere(this.#uac))) this.end('pbx-lost');
  }

  /** Whoever came in by another right than this call's, or from another site, has none to it, whatever they know of it. */
  #isVisitor({ source_address: address, source_port: port }: SrfRequest): boolean {
    const visitor = this.#foundation.visitorAt(address, port);
    return visitor?.grant === this.#caller.grant && visitor?.origin === this.#caller.origin;
  }

  /** What was agreed on with the visitor came by this connection, which is theirs from now on. */
  #visitorBack({ source_address: address, source_port: port }: SrfRequest): void {
    const visitor = this.#foundation.visitorAt(address, port);
    if (!visitor) return;
    this.#absence.visitorBack();
    this.#caller = visitor;
  }

  /** Ends a call that was not established: the browser hears the outcome, the PBX a CANCEL or BYE. */
  #giveUp(why: Outcome): void {
    if (this.#state === 'ended' || this.#state === 'established') return;
    this.#aborted.abort();
    this.#hunt?.abandon();
    // An engine that has answered a CANCEL with 487 by itself drops this second answer.
    if (!this.#response.finalResponseSent) {
      const headers = refusalHeaders(why);
      this.#farewells.push(
        new Promise(told => this.#response.send(why.status, why.reason, { headers }, told)),
      );
    }
    this.#finish(why, undefined);
  }

  #finish(why: Outcome, ending: Ending | undefined): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    clearTimeout(this.#deadline);
    this.#absence.clear();
    const endedAt = performance.now();
    const headers = ending ? reasonHeaders(ending) : why.code === 'answered' ? {} : refusedAnswerHeaders(why);
    for (const dialog of [this.#uas, this.#uac]) {
      if (dialog?.connected) this.#farewells.push(dialog.destroy({ headers }).catch(() => {}));
    }
    const answeredAt = this.#answeredAt ?? endedAt;
    const talkSeconds = Math.round((endedAt - answeredAt) / 100) / 10;
    const closed = this.#foundation.media.close(this.id).catch(() => emptyReport);
    void closed.then(media => {
      this.#settle({
        call: this.id,
        caller: this.#caller,
        destination: this.#destination,
        visit: this.#visit,
        target: this.#target,
        outcome: why.code === 'answered' ? this.#talked(ending, talkSeconds, media) : why,
        ...(this.#attempts.length > 1 && { attempts: this.#attempts }),
        ending,
        setupMs: Math.round(answeredAt - this.#startedAt),
        talkSeconds,
        media,
      });
    });
  }

  #failed(error: unknown): void {
    // What was under way when the call ended fails too; that is no news.
    if (this.#state === 'ended') return;
    const answered = this.#state === 'setting-up' ? undefined : this.#hunt?.current?.tried;
    const known = outcomeOfFailure(error, { domain: this.#destination.domain, answered });
    if (!known) this.#foundation.log.error({ call: this.id, error }, 'call failed for a reason of our own');
    this.#giveUp(known ?? outcome('internal'));
  }

  get #server(): string {
    return this.#target ? serverOf(this.#target) : '';
  }

  #talked(ending: Ending | undefined, seconds: number, media: MediaReport): Outcome {
    const { mediaPorts } = this.#foundation;
    const mediaFault = this.#mediaFault;
    return answeredOutcome({ ending, server: this.#server, seconds, media, mediaFault, ports: mediaPorts() });
  }

  #tooSlow(): Outcome {
    const { setupSeconds: seconds } = this.#foundation.limits;
    const invite = this.#hunt?.current;
    if (!invite) return outcomeOf(cause('setup-slow', { seconds }));
    this.#target = invite.target;
    const { tried, heard } = invite;
    return outcome(
      'setup-too-slow',
      heard ? cause('pbx-slow', { ...tried, seconds }) : cause('pbx-silent', tried),
    );
  }

  #startDeadline(seconds: number, expired: () => void): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(expired, seconds * 1000);
  }
}
