// A call without a PBX: the gateway answers, and the relay returns the visitor's sound, so that visitors can test it
// before they call. The quotas count it as a call.

import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import { MediaError, type MediaEvent } from '../media/relay.ts';
import { BaseCall } from './base-call.ts';
import { ALLOW, answerOther } from './in-dialog-requests.ts';
import { outcomeOfInternalFailure } from './internal-failure.ts';
import { type Outcome, outcome, reasonOf } from './outcome.ts';
import { descriptionIn } from './session-description.ts';

/** Long enough to try another microphone, too short for any other use. */
const LONGEST_SECONDS = 30;

export class EchoTest extends BaseCall {
  override async run(): Promise<void> {
    const { media, dialogs } = this.dependencies;
    this.startDeadline(LONGEST_SECONDS, () => this.end('too-long'));
    try {
      const body = await media.echo(this.id, descriptionIn(this.request));
      if (this.on('answered') !== 'answer') return;
      const browser = await dialogs.answer(
        this.request,
        this.response,
        { headers: { Allow: ALLOW }, body },
        {
          requested: (request, response) => this.#requested(request, response),
          ended: () => this.endOn('browserBye', outcome('cancelled'), 'hung-up-by-visitor'),
        },
      );
      this.dialogs.push(browser);
      if (this.on('joined') === 'establish') this.answered();
      else void browser.end({ Reason: reasonOf(487, 'Request Terminated') });
    } catch (error) {
      this.#failed(error);
    }
  }

  /** There is no other side that waits for the visitor to come back. */
  override visitorLeft(): void {
    this.end('visitor-lost');
  }

  override engineLeft(): void {
    this.end('engine-lost');
  }

  override engineBack(): void {}

  override mediaEvent(event: MediaEvent): void {
    if (event.type === 'connected' && this.on('mediaConnected') === 'resume') this.mediaConnected();
    if (event.type === 'failed') this.end('media-lost');
  }

  protected override get server(): undefined {
    return undefined;
  }

  protected override release(): void {}

  protected override answeredOutcome(): Outcome {
    return outcome('answered');
  }

  #failed(error: unknown): void {
    if (this.state === 'ended') return;
    const { domain } = this.destination;
    const known = outcomeOfInternalFailure(error, { domain, answered: undefined });
    if (!known)
      this.dependencies.log.error({ call: this.id, error }, 'echo test failed for a reason of our own');
    this.endOn('failed', known ?? outcome('internal'));
  }

  #requested(request: SrfRequest, response: SrfResponse): unknown {
    const { method } = request;
    if (method === 'INVITE' || method === 'UPDATE') return this.#renegotiate(request, response);
    return answerOther(request, response);
  }

  /** Another offer, such as an ICE restart's. An UPDATE without one only refreshes the target (RFC 3311 5.1). */
  async #renegotiate(request: SrfRequest, response: SrfResponse): Promise<void> {
    const offer = descriptionIn(request);
    if (this.state === 'ended') {
      response.send(481);
      return;
    }
    if (!offer) {
      // An INVITE without an offer asks for one. There is no other side that could make it.
      response.send(request.method === 'UPDATE' ? 200 : 488);
      return;
    }
    try {
      response.send(200, { body: await this.dependencies.media.echo(this.id, offer) });
    } catch (error) {
      response.send(error instanceof MediaError ? error.status : 500);
    }
  }
}
