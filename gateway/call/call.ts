// A call: the B2BUA between the browser of one visitor and the PBX of one person. call-setup.ts sets it up,
// established-call.ts performs the requests in its dialogs, call-table.ts says in which states it ends.

import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import type { Leg, MediaEvent, MediaReport } from '../media/relay.ts';
import type { Target } from '../resolver/target.ts';
import { answeredOutcome } from './answered-outcome.ts';
import { BaseCall } from './base-call.ts';
import type { CallDependencies } from './call-dependencies.ts';
import { CallSetup } from './call-setup.ts';
import { type Cause, cause } from './cause.ts';
import { mediaUntil, type SessionMedia } from './current-session.ts';
import { stillThere } from './dialog-liveness.ts';
import { EstablishedCall } from './established-call.ts';
import type { HuntResult } from './hunt.ts';
import { ALLOW, ALLOW_INFO, answerOther, type Performs, pictureOf } from './in-dialog-requests.ts';
import { outcomeOfInternalFailure } from './internal-failure.ts';
import { OfferAnswer } from './offer-answer.ts';
import { OneWayNotice } from './one-way-notice.ts';
import { type Ending, type Outcome, outcome, outcomeOf, reasonOf } from './outcome.ts';
import type { ReceivedCall } from './received-call.ts';
import { ReconnectGrace } from './reconnect-grace.ts';
import { descriptionIn } from './session-description.ts';
import { serverOf } from './transport-cause.ts';

type Answered = Extract<HuntResult, { type: 'answered' }>;

/** How long the engine may take to confirm the 200 after the WebSocket is lost. */
const SENT_SECONDS = 2;

export class Call extends BaseCall {
  readonly #media: SessionMedia;
  readonly #forPbx: Performs;
  readonly #setup: CallSetup;
  readonly #grace: ReconnectGrace;
  readonly #oneWay: OneWayNotice;
  #established: EstablishedCall | undefined;
  #target: Target | undefined;
  #mediaFault: Cause | undefined;
  /** The engine has the 200 for the browser. */
  #answerSent = false;
  /** The WebSocket was lost before the engine confirmed the 200. */
  #leftInAnswer = false;
  /** The description in the 2xx of the PBX. */
  #answerOfPbx = '';

  constructor(dependencies: CallDependencies, received: ReceivedCall) {
    super(dependencies, received);
    const { limits, log, mediaPorts } = dependencies;
    this.#grace = new ReconnectGrace(limits.reconnectSeconds, ending => this.end(ending));
    this.#media = mediaUntil(dependencies.media, () => this.state === 'ended');
    this.#forPbx = pictureOf(dependencies.media, this.id);
    this.#oneWay = new OneWayNotice({
      ...{ log, call: this.id, takes: received.request.get('Recv-Info') },
      page: () => this.#established?.dialogs[0],
      details: () => ({ server: this.server ?? '', ports: mediaPorts() }),
    });
    this.#setup = new CallSetup({
      ...{ dependencies, received, media: this.#media, forPbx: this.#forPbx },
      emit: event => this.emit(event),
      rang: () =>
        this.startDeadline(dependencies.limits.ringSeconds, () =>
          this.endOn('deadline', outcome('no-answer')),
        ),
      user: {
        requested: (request, response) => this.#requested('pbx', request, response),
        ended: () => this.#hungUp('pbx'),
      },
    });
  }

  override async run(): Promise<void> {
    this.startDeadline(this.dependencies.limits.setupSeconds, () => this.endOn('deadline', this.#tooSlow()));
    try {
      const result = await this.#setup.run();
      if (result.type === 'abandoned') return;
      if (result.type === 'refused') {
        this.#target = result.decisive.target;
        this.endOn('refused', outcomeOf(result.decisive.cause));
        return;
      }
      this.#target = result.target;
      if (this.on('answered') === 'answer') await this.#answer(result);
      else await result.dialog.end({ Reason: reasonOf(487, 'Request Terminated') });
    } catch (error) {
      this.#failed(error);
    }
  }

  /** A set-up ends with the WebSocket; an established call waits for the visitor to come back. */
  override visitorLeft(): void {
    const isTooEarly = this.state === 'answering' && !this.#answerSent;
    const action = this.endOn(isTooEarly ? 'cancelled' : 'visitorLeft', outcome('cancelled'));
    if (action === 'wait') this.#grace.visitorLeft();
    if (action !== 'awaitSent') return;
    this.#leftInAnswer = true;
    this.startDeadline(SENT_SECONDS, () => this.endOn('deadline', outcome('cancelled')));
  }

  /** A set-up ends with the engine; an established call waits for it. */
  override engineLeft(): void {
    if (this.endOn('engineLeft', outcome('engine-away')) === 'wait') this.#grace.engineLeft();
  }

  override engineBack(): void {
    const dialogs = this.#established?.dialogs;
    if (this.on('engineBack') !== 'verify' || !dialogs) return;
    this.dependencies.boundary.run('engine back', () => this.#grace.engineBack(dialogs));
  }

  override mediaEvent(event: MediaEvent): void {
    switch (event.type) {
      case 'connected':
        if (this.on('mediaConnected') !== 'resume') break;
        this.mediaConnected();
        if (this.#grace.mediaBack()) this.emit({ type: 'reconnected', by: 'media' });
        break;
      case 'one-way':
      case 'one-way-over':
        if (this.on('oneWay') === 'notify') this.#notifyOneWay(event);
        break;
      case 'silent':
        if (event.leg === 'pbx' && this.on('pbxSilent') === 'probe')
          this.dependencies.boundary.run('probe', () => this.#probePbx());
        break;
      case 'lost':
        this.#mediaLost();
        break;
      case 'failed':
        this.#mediaFailed('mediaFailed', event.reason, event.ours);
    }
  }

  protected override get server(): string | undefined {
    return this.#target && serverOf(this.#target);
  }

  protected override release(why: Outcome, ending: Ending | undefined): void {
    if (ending === undefined) this.#setup.abandon(reasonOf(why.status, why.reason));
    this.#grace.clear();
    this.#established?.close();
  }

  protected override answeredOutcome(
    ending: Ending | undefined,
    seconds: number,
    media: MediaReport,
  ): Outcome {
    const { server = '' } = this;
    const ports = this.dependencies.mediaPorts();
    return answeredOutcome({ ending, server, seconds, media, mediaFault: this.#mediaFault, ports });
  }

  #notifyOneWay(event: Extract<MediaEvent, { type: 'one-way' | 'one-way-over' }>): void {
    const { leg, cause } = event;
    const { boundary } = this.dependencies;
    if (event.type === 'one-way') {
      this.emit({ type: 'one-way-began', leg, cause, forMs: event.forMs });
      boundary.run('one-way', () => this.#oneWay.began(event, event.forMs));
    } else {
      this.emit({ type: 'one-way-ended', leg, cause });
      boundary.run('one-way', () => this.#oneWay.over(event));
    }
  }

  #mediaLost(): void {
    if (this.state === 'established') {
      this.on('mediaLost');
      this.#grace.mediaLost();
    } else this.#mediaFailed('mediaLost', 'the browser went away');
  }

  #mediaFailed(input: 'mediaFailed' | 'mediaLost', detail: string, ours = false): void {
    if (this.state === 'ended') return;
    this.dependencies.log.warn({ call: this.id, reason: detail }, 'media failed');
    this.#mediaFault = cause(ours ? 'relay-failed' : 'visitor-network-blocks-media', { detail });
    this.endOn(input, outcomeOf(this.#mediaFault), this.hadMedia ? 'media-lost' : 'media-failed');
  }

  /** The PBX may hang up from its answer on, also before the browser has the answer. */
  async #answer({ dialog: pbx, fork, response }: Answered): Promise<void> {
    const { dependencies } = this;
    const offer = descriptionIn(this.request);
    this.dialogs.push(pbx);
    if (!pbx.connected) {
      this.#hungUp('pbx');
      return;
    }
    this.#answerOfPbx = fork.offerAnswer.theirs;
    const session = await this.#setup.agreed(fork);
    if (this.state !== 'answering') return;
    const allowed = response.get('Allow');
    const takesInfo = allowed === undefined || /\bINFO\b/i.test(allowed);
    const headers = {
      Allow: takesInfo ? ALLOW_INFO : ALLOW,
      // RFC 6086 5.2.1: the packages that the gateway takes, for a page that lists its own.
      ...(this.#oneWay.takesPackage && { 'Recv-Info': '' }),
    };
    this.#answerSent = true;
    const browser = await dependencies.dialogs.answer(
      this.request,
      this.response,
      { headers, body: session.told.browser },
      {
        requested: (request, answer) => this.#requested('browser', request, answer),
        ended: () => this.#hungUp('browser'),
      },
    );
    this.dialogs.push(browser);
    if (this.on('joined') !== 'establish') {
      void browser.end({ Reason: reasonOf(487, 'Request Terminated') });
      return;
    }
    const established = new EstablishedCall({
      ...{ dependencies, media: this.#media, id: this.id, session, takesInfo, forPbx: this.#forPbx },
      dialogs: { browser, pbx },
      offerAnswers: { browser: new OfferAnswer('agreed', offer), pbx: fork.offerAnswer },
      isVisitor: request => this.#isVisitor(request),
      visitorBack: request => this.#visitorBack(request),
    });
    this.#established = established;
    dependencies.media.established?.(this.id);
    this.answered();
    dependencies.boundary.run('family', () => established.begin());
    const { callMinutes } = dependencies.limits;
    const longest = Math.min(callMinutes * 60, this.caller.grant?.seconds ?? Number.POSITIVE_INFINITY);
    this.startDeadline(longest, () => this.end('too-long'));
    if (this.#leftInAnswer) this.visitorLeft();
  }

  /** A request in a dialog of a call that is answered, or is being answered. */
  #requested(from: Leg, request: SrfRequest, response: SrfResponse): unknown {
    const action = this.on('request');
    if (action === 'perform') return this.#established?.requested(from, request, response);
    if (action === 'reject') return request.method === 'ACK' ? undefined : response.send(481);
    if (request.method === 'UPDATE' && !descriptionIn(request)) return response.send(200);
    if (request.method === 'UPDATE' || request.method === 'INVITE') return response.send(491);
    return answerOther(request, response, from === 'pbx' ? this.#forPbx : {});
  }

  #hungUp(leg: Leg): void {
    if (leg === 'browser') this.endOn('browserBye', outcome('cancelled'), 'hung-up-by-visitor');
    else {
      const early = outcomeOf(cause('pbx-hung-up-early', { server: this.server ?? '' }));
      this.endOn('pbxBye', early, 'hung-up-by-pbx');
    }
  }

  /** RTP stopped. A held line is silent too: OPTIONS shows whether the PBX is still there. */
  async #probePbx(): Promise<void> {
    const [, pbx] = this.#established?.dialogs ?? [];
    if (pbx && !(await stillThere(pbx))) this.end('pbx-lost');
  }

  /** A page with another grant than the one of this call, or of another site, has no right to the call. */
  #isVisitor(request: SrfRequest): boolean {
    const visitor = this.dependencies.visitorOf(request);
    return visitor?.grant?.id === this.caller.grant?.id && visitor?.origin === this.caller.origin;
  }

  /** The visitor has agreed to a session over this connection: from now on the connection is the visitor's. */
  #visitorBack(request: SrfRequest): void {
    const visitor = this.dependencies.visitorOf(request);
    if (!visitor) return;
    this.#grace.visitorBack();
    if (visitor.id !== this.caller.id) {
      this.currentCaller = visitor;
      this.emit({ type: 'reconnected', by: 'signalling', address: visitor.address, origin: visitor.origin });
    }
    this.dependencies.boundary.run('one-way', () => this.#oneWay.tell());
  }

  #failed(error: unknown): void {
    // The steps that were running at the end of the call fail too. These failures are expected.
    if (this.state === 'ended') return;
    const { log } = this.dependencies;
    const answered = this.state === 'setting-up' ? undefined : this.#setup.current?.tried;
    const { domain } = this.destination;
    const known = outcomeOfInternalFailure(error, { domain, answered, answer: this.#answerOfPbx });
    if (!known) log.error({ call: this.id, error }, 'call failed for a reason of our own');
    else if (this.state === 'answering')
      log.info(
        { call: this.id, reason: known.cause?.details.detail ?? known.cause?.why },
        'answer of the PBX refused',
      );
    this.endOn('failed', known ?? outcome('internal'));
  }

  #tooSlow(): Outcome {
    const { setupSeconds: seconds } = this.dependencies.limits;
    const invite = this.#setup.current;
    if (!invite) return outcomeOf(cause('setup-slow', { seconds }));
    this.#target = invite.target;
    const { tried, isThere } = invite;
    return outcome(
      'setup-too-slow',
      isThere ? cause('pbx-slow', { ...tried, seconds }) : cause('pbx-silent', tried),
    );
  }
}
