// The set-up of a call until the PBX answers: sends the browser's offer to one server after another, and performs the
// requests and provisional responses of the PBX (RFC 3261 13.3.1.1, RFC 3262, RFC 3311). Does not end a call: call.ts
// abandons the set-up and then ends it.

import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import { MediaError } from '../media/relay.ts';
import { isTargetFailure } from '../resolver/failover.ts';
import type { CallDependencies } from './call-dependencies.ts';
import type { CurrentSession, SessionMedia } from './current-session.ts';
import { EarlySession } from './early-session.ts';
import type { CallEventDetails } from './events.ts';
import { Hunt, type HuntResult, type JudgeAttempt } from './hunt.ts';
import { answerOther, type Performs } from './in-dialog-requests.ts';
import { inviteHeaders } from './invite-headers.ts';
import { type Fork, PbxInvite, type PbxInviteUser } from './pbx-invite.ts';
import type { ReceivedCall } from './received-call.ts';
import { descriptionIn } from './session-description.ts';
import { serverOf } from './transport-cause.ts';

export interface CallSetupParts {
  readonly dependencies: CallDependencies;
  readonly received: ReceivedCall;
  readonly media: SessionMedia;
  readonly emit: (event: CallEventDetails) => void;
  /** Called at the first 18x of the callee. */
  readonly rang: () => void;
  /** The requests by INFO that are performed for the PBX. */
  readonly forPbx: Performs;
  /** Of the confirmed dialog with the PBX. */
  readonly user: Omit<PbxInviteUser, 'progressed'>;
}

export class CallSetup {
  readonly #parts: CallSetupParts;
  readonly #early: EarlySession;
  readonly #over = new AbortController();
  #hunt: Hunt | undefined;
  #rang = false;
  #answered = false;
  /** The last answer that the page has, in a 183. */
  #shown: string | undefined;

  constructor(parts: CallSetupParts) {
    this.#parts = parts;
    const { media, received } = parts;
    this.#early = new EarlySession(media, received.id, descriptionIn(received.request));
  }

  async run(): Promise<HuntResult> {
    const { dependencies, emit } = this.#parts;
    const { destination, id, context, caller } = this.#parts.received;
    // An offer that cannot be used is refused before DNS has answered.
    const [, resolution] = await Promise.all([
      this.#early.offer(),
      dependencies.resolve(destination.domain, this.#over.signal),
    ]);
    if (this.#over.signal.aborted) return { type: 'abandoned' };
    emit({ type: 'resolved' });
    const address = destination.sendsVisitorAddress ? caller.address : undefined;
    const user: PbxInviteUser = {
      progressed: (response, fork, news) =>
        dependencies.boundary.run('provisional', () => this.#progressed(response, fork, news)),
      requested: (request, response, fork) => this.#requested(request, response, fork),
      ended: () => this.#parts.user.ended(),
    };
    this.#hunt = new Hunt({
      targets: resolution.targets,
      offer: target => this.#early.offer(target.address),
      invite: (target, offer) => {
        const headers = inviteHeaders(destination, id, context, Buffer.byteLength(offer), address);
        return new PbxInvite(dependencies, destination, target, headers, offer, user);
      },
      judge: this.#judge,
      tryingMs: dependencies.limits.tryingSeconds * 1000,
    });
    const result = await this.#hunt.run();
    this.#answered = result.type === 'answered';
    return result;
  }

  /** The session of the browser and the fork that answered. Rejects with MediaError where they have none. */
  async agreed(fork: Fork): Promise<CurrentSession> {
    if (!fork.offerAnswer.theirs)
      throw new MediaError('the PBX answers without a session description', 488, 'malformed');
    return await this.#early.agreed(fork);
  }

  /** The INVITE to the server that is being tried. */
  get current(): PbxInvite | undefined {
    return this.#hunt?.current;
  }

  /** @param reason of the CANCEL */
  abandon(reason: string): void {
    this.#over.abort();
    this.#hunt?.abandon(reason);
  }

  readonly #judge: JudgeAttempt = (target, outcome, cause) => {
    this.#parts.emit({ type: 'attempted', target, server: serverOf(target), outcome, cause });
    return isTargetFailure(outcome);
  };

  get #isOver(): boolean {
    return this.#answered || this.#over.signal.aborted;
  }

  /** 180 and 183; SDP in one of them is early media: the browser plays it instead of ringing. */
  async #progressed(response: SrfResponse, fork: Fork, news: boolean): Promise<void> {
    if (this.#isOver || response.status < 180) return;
    this.#hunt?.progressed();
    // A phone repeats its 180 every minute: only the first one counts.
    if (!this.#rang) {
      this.#rang = true;
      this.#parts.emit({ type: 'ringing', server: this.current?.tried.server ?? '' });
      this.#parts.rang();
    }
    const early = news || descriptionIn(response) ? await this.#earlyMedia(fork) : undefined;
    if (this.#isOver) return;
    if (early) this.#show(early);
    else if (response.status === 180) this.#parts.received.response.send(180);
  }

  /** With a body that cannot be used, such as ISUP, the call goes on ringing: only the answer must be usable. */
  async #earlyMedia(fork: Fork): Promise<string | undefined> {
    return await this.#early.heed(fork).catch(() => undefined);
  }

  #show(answer: string): void {
    this.#shown = answer;
    this.#parts.received.response.send(183, { body: answer });
  }

  #requested(request: SrfRequest, response: SrfResponse, fork: Fork): unknown {
    if (this.#answered) return this.#parts.user.requested(request, response, fork);
    // RFC 3261 14.2: our own INVITE is still unanswered.
    if (request.method === 'INVITE') return response.send(491);
    if (request.method !== 'UPDATE') return answerOther(request, response, this.#parts.forPbx);
    const offer = descriptionIn(request);
    if (offer) return this.#update(offer, response, fork);
    return response.send(200);
  }

  /** An offer before the answer (RFC 3311 5.2). */
  async #update(offer: string, response: SrfResponse, fork: Fork): Promise<void> {
    const { offerAnswer } = fork;
    const action = offerAnswer.on('offer');
    if (action === 'busy') response.send(500, { headers: { 'Retry-After': '1' } });
    else if (action !== 'judge') response.send(491);
    if (action !== 'judge') return;
    try {
      const answer = await this.#early.update(fork, offer);
      offerAnswer.accepted(offer);
      response.send(200, { body: answer });
    } catch (error) {
      offerAnswer.on('refused');
      this.#refused(error);
      response.send(error instanceof MediaError ? error.status : 500);
      return;
    }
    if (this.#shown === undefined || this.#isOver) return;
    const early = await this.#earlyMedia(fork);
    if (early && early !== this.#shown && !this.#isOver) this.#show(early);
  }

  #refused(error: unknown): void {
    // The steps that were running at the end of the call fail too. These failures are expected.
    if (this.#over.signal.aborted) return;
    const { log } = this.#parts.dependencies;
    const { id } = this.#parts.received;
    if (error instanceof MediaError)
      log.info({ call: id, leg: 'pbx', reason: error.message }, 'new description refused');
    else log.error({ call: id, error }, 'a new description failed');
  }
}
