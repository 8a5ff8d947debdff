// What a call is: the B2BUA between one visitor's browser and one person's PBX. Set up (set-up.ts), joined
// (established.ts), ended; every way it can end goes through here, and into its record.

import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import type { Destination } from '../directory/directory.ts';
import type { Leg, MediaEvent, MediaReport } from '../media/relay.ts';
import type { Target } from '../resolver/target.ts';
import { answeredOutcome } from './answered-outcome.ts';
import { CallClosing } from './call-closing.ts';
import type { CallDependencies } from './call-dependencies.ts';
import type { Caller, CallRecord } from './call-record.ts';
import { CallSetup } from './call-setup.ts';
import { type Cause, cause } from './cause.ts';
import { mediaUntil, type SessionMedia } from './current-session.ts';
import type { Dialog } from './dialog.ts';
import { stillThere } from './dialog-liveness.ts';
import { EstablishedCall } from './established-call.ts';
import type { Attempt, HuntResult } from './hunt.ts';
import { ALLOW, ALLOW_INFO, answerOther } from './in-dialog-requests.ts';
import { outcomeOfInternalFailure } from './internal-failure.ts';
import { OfferAnswer } from './offer-answer.ts';
import { oneWayWords } from './one-way-messages.ts';
import {
  byeHeaders,
  type Ending,
  type Outcome,
  outcome,
  outcomeOf,
  reasonOf,
  unansweredOutcome,
} from './outcome.ts';
import { type PageContext, readPageContext } from './page-context.ts';
import { ReconnectGrace } from './reconnect-grace.ts';
import { descriptionIn } from './session-description.ts';
import { serverOf } from './transport-cause.ts';

type Answered = Extract<HuntResult, { type: 'answered' }>;

export class Call {
  readonly id: string;
  /** Called once they talk. */
  onAnswered = () => {};
  readonly #foundation: CallDependencies;
  readonly #destination: Destination;
  readonly #visit: PageContext;
  readonly #request: SrfRequest;
  readonly #response: SrfResponse;
  readonly #media: SessionMedia;
  readonly #setUp: CallSetup;
  readonly #absence: ReconnectGrace;
  readonly #farewell = new CallClosing();
  readonly #dialogs: Dialog[] = [];
  #caller: Caller;
  #state: 'setting-up' | 'answering' | 'established' | 'ended' = 'setting-up';
  /** The browser's media has got as far as the relay. */
  #hadMedia = false;
  #established: EstablishedCall | undefined;
  #target: Target | undefined;
  #attempts: readonly Attempt[] = [];
  #mediaFault: Cause | undefined;
  #answeredAt: number | undefined;
  /** The timer of the present state: set-up, ringing, longest call. One at a time. */
  #deadline: NodeJS.Timeout | undefined;

  constructor(
    foundation: CallDependencies,
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
    this.#visit = readPageContext(name => request.get(name), caller.origin);
    this.#request = request;
    this.#response = response;
    this.#absence = new ReconnectGrace(foundation.limits.reconnectSeconds, ending => this.end(ending));
    const media = mediaUntil(foundation.media, () => this.#state === 'ended');
    this.#media = media;
    this.#setUp = new CallSetup({
      ...{ foundation, media, id, caller, destination, visit: this.#visit, request, response },
      rang: () =>
        this.#startDeadline(foundation.limits.ringSeconds, () => this.#giveUp(outcome('no-answer'))),
      user: {
        requested: (asked, answer) => this.#requested('pbx', asked, answer),
        ended: () => this.#hungUp('pbx'),
      },
    });
  }

  /** Sets the call up; every way it can end goes through {@link record}. */
  async run(): Promise<void> {
    this.#request.on('cancel', () => this.#giveUp(outcome('cancelled')));
    this.#startDeadline(this.#foundation.limits.setupSeconds, () => this.#giveUp(this.#tooSlow()));
    try {
      const result = await this.#setUp.run();
      if (result.type === 'abandoned') return;
      if (result.type === 'refused') {
        this.#attempts = result.attempts;
        this.#target = result.decisive.target;
        this.#giveUp(outcomeOf(result.decisive.cause));
        return;
      }
      this.#target = result.target;
      if (this.#state === 'setting-up') await this.#answer(result);
      else await result.dialog.end({ Reason: reasonOf(487, 'Request Terminated') });
    } catch (error) {
      this.#failed(error);
    }
  }

  get record(): Promise<CallRecord> {
    return this.#farewell.record;
  }

  get caller(): Caller {
    return this.#caller;
  }

  /** The visitor's WebSocket is gone: a set-up ends with it, an established call may be picked up again. */
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
    const dialogs = this.#established?.dialogs;
    if (dialogs) this.#foundation.boundary.run('engine back', () => this.#absence.engineBack(dialogs));
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
    await this.#farewell.heard();
  }

  /** Ends an established call from here: BYE both ways. Gives up one that is not established. */
  end(ending: Ending): void {
    if (this.#state === 'established') this.#finish(outcome('answered'), ending);
    else this.#giveUp(unansweredOutcome(ending));
  }

  /** From the moment it answered, the PBX may hang up, also while the browser is still being told. */
  async #answer({ dialog: pbx, fork, response }: Answered): Promise<void> {
    const foundation = this.#foundation;
    const offer = descriptionIn(this.#request);
    this.#state = 'answering';
    this.#dialogs.push(pbx);
    if (!pbx.connected) {
      this.#hungUp('pbx');
      return;
    }
    const standing = await this.#setUp.agreed(fork);
    if (this.#state !== 'answering') return;
    const allowed = response.get('Allow');
    const takesInfo = allowed === undefined || /\bINFO\b/i.test(allowed);
    const browser = await foundation.dialogs.answer(
      this.#request,
      this.#response,
      { headers: { Allow: takesInfo ? ALLOW_INFO : ALLOW }, body: standing.told.browser },
      {
        requested: (asked, answer) => this.#requested('browser', asked, answer),
        ended: () => this.#hungUp('browser'),
      },
    );
    this.#dialogs.push(browser);
    if (this.#state !== 'answering') {
      void browser.end({ Reason: reasonOf(487, 'Request Terminated') });
      return;
    }
    this.#established = new EstablishedCall({
      ...{ foundation, media: this.#media, id: this.id, standing, takesInfo },
      dialogs: { browser, pbx },
      offerAnswers: { browser: new OfferAnswer('agreed', offer), pbx: fork.offerAnswer },
      isVisitor: asked => this.#isVisitor(asked),
      visitorBack: asked => this.#visitorBack(asked),
    });
    this.#state = 'established';
    this.#answeredAt = performance.now();
    foundation.media.established?.(this.id);
    this.onAnswered();
    const longest = Math.min(
      foundation.limits.callMinutes * 60,
      this.#caller.grant?.seconds ?? Number.POSITIVE_INFINITY,
    );
    this.#startDeadline(longest, () => this.end('too-long'));
  }

  /** A request in a dialog of a call that is answered, or is just being. */
  #requested(from: Leg, request: SrfRequest, response: SrfResponse): unknown {
    if (this.#established && this.#state === 'established')
      return this.#established.requested(from, request, response);
    if (this.#state === 'ended') return request.method === 'ACK' ? undefined : response.send(481);
    if (request.method === 'UPDATE' && !descriptionIn(request)) return response.send(200);
    if (request.method === 'UPDATE' || request.method === 'INVITE') return response.send(491);
    return answerOther(from, request, response, undefined);
  }

  #hungUp(leg: Leg): void {
    if (this.#state === 'established')
      this.#finish(outcome('answered'), leg === 'pbx' ? 'hung-up-by-pbx' : 'hung-up-by-visitor');
    else if (leg === 'browser') this.#giveUp(outcome('cancelled'));
    else this.#giveUp(outcomeOf(cause('pbx-hung-up-early', { server: this.#server })));
  }

  /** RTP stopped. A held line is silent too, so the PBX is asked before it is believed dead. */
  async #probePbx(): Promise<void> {
    const [, pbx] = this.#established?.dialogs ?? [];
    if (this.#state !== 'established' || !pbx) return;
    if (!(await stillThere(pbx))) this.end('pbx-lost');
  }

  /** A page that came in by another grant than this call's, or from another site, has no right to the call. */
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
    this.#setUp.abandon(reasonOf(why.status, why.reason));
    this.#farewell.refuse(this.#response, why);
    this.#finish(why, undefined);
  }

  #finish(why: Outcome, ending: Ending | undefined): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    clearTimeout(this.#deadline);
    this.#absence.clear();
    this.#established?.close();
    const headers = byeHeaders(why, ending);
    for (const dialog of this.#dialogs) this.#farewell.hangUp(dialog, headers);
    const known = {
      call: this.id,
      caller: this.#caller,
      destination: this.#destination,
      visit: this.#visit,
      target: this.#target,
      ...(this.#attempts.length > 1 && { attempts: this.#attempts }),
      ending,
    };
    this.#farewell.close(this.#foundation.media, known, this.#answeredAt, (seconds, media) =>
      why.code === 'answered' ? this.#talked(ending, seconds, media) : why,
    );
  }

  #failed(error: unknown): void {
    // What was under way when the call ended fails too; that is no news.
    if (this.#state === 'ended') return;
    const { log } = this.#foundation;
    const answered = this.#state === 'setting-up' ? undefined : this.#setUp.current?.tried;
    const known = outcomeOfInternalFailure(error, { domain: this.#destination.domain, answered });
    if (!known) log.error({ call: this.id, error }, 'call failed for a reason of our own');
    else if (this.#state === 'answering')
      log.info({ call: this.id, reason: known.cause?.details.detail }, 'answer of the PBX refused');
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
    const invite = this.#setUp.current;
    if (!invite) return outcomeOf(cause('setup-slow', { seconds }));
    this.#target = invite.target;
    const { tried, isThere } = invite;
    return outcome(
      'setup-too-slow',
      isThere ? cause('pbx-slow', { ...tried, seconds }) : cause('pbx-silent', tried),
    );
  }

  #startDeadline(seconds: number, expired: () => void): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(expired, seconds * 1000);
  }
}
