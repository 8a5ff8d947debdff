// A call to nobody: the gateway answers it and the relay sends the visitor's own sound back, so that they can try it
// before they call. No server is asked, no PBX hears of it; otherwise a call like others, and counted as one.

import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import type { Destination } from '../directory/directory.ts';
import { MediaError, type MediaEvent } from '../media/relay.ts';
import { CallClosing } from './call-closing.ts';
import type { CallDependencies } from './call-dependencies.ts';
import type { Caller, CallRecord } from './call-record.ts';
import type { Dialog } from './dialog.ts';
import { ALLOW, answerOther } from './in-dialog-requests.ts';
import { outcomeOfInternalFailure } from './internal-failure.ts';
import { byeHeaders, type Ending, type Outcome, outcome, reasonOf, unansweredOutcome } from './outcome.ts';
import { descriptionIn } from './session-description.ts';

/** Long enough to find a better microphone, too short to be of other use. */
const LONGEST_MS = 30_000;

export class EchoTest {
  readonly id: string;
  readonly caller: Caller;
  /** Called once they talk. */
  onAnswered = () => {};
  readonly #foundation: CallDependencies;
  readonly #destination: Destination;
  readonly #request: SrfRequest;
  readonly #response: SrfResponse;
  readonly #farewell = new CallClosing();
  readonly #deadline: NodeJS.Timeout;
  #uas: Dialog | undefined;
  #answeredAt: number | undefined;
  #ended = false;

  constructor(
    foundation: CallDependencies,
    id: string,
    caller: Caller,
    destination: Destination,
    request: SrfRequest,
    response: SrfResponse,
  ) {
    this.id = id;
    this.caller = caller;
    this.#foundation = foundation;
    this.#destination = destination;
    this.#request = request;
    this.#response = response;
    this.#deadline = setTimeout(() => this.end('too-long'), LONGEST_MS);
  }

  get record(): Promise<CallRecord> {
    return this.#farewell.record;
  }

  async run(): Promise<void> {
    const { media, dialogs, log } = this.#foundation;
    this.#request.on('cancel', () => this.#finish(outcome('cancelled')));
    try {
      const body = await media.echo(this.id, descriptionIn(this.#request));
      if (this.#ended) return;
      this.#uas = await dialogs.answer(
        this.#request,
        this.#response,
        { headers: { Allow: ALLOW }, body },
        {
          requested: (request, response) => this.#requested(request, response),
          ended: () => this.end('hung-up-by-visitor'),
        },
      );
      if (this.#ended) {
        void this.#uas.end({ Reason: reasonOf(487, 'Request Terminated') });
        return;
      }
      this.#answeredAt = performance.now();
      this.onAnswered();
    } catch (error) {
      if (this.#ended) return;
      const known = outcomeOfInternalFailure(error, {
        domain: this.#destination.domain,
        answered: undefined,
      });
      if (!known) log.error({ call: this.id, error }, 'echo test failed for a reason of our own');
      this.#finish(known ?? outcome('internal'));
    }
  }

  /** Nobody waits at the other end for the visitor to come back. */
  visitorLeft(): void {
    this.end('visitor-lost');
  }

  engineLeft(): void {
    this.end('engine-lost');
  }

  engineBack(): void {}

  mediaEvent(event: MediaEvent): void {
    if (event.type === 'failed') this.end('media-lost');
  }

  end(ending: Ending): void {
    if (this.#answeredAt !== undefined) this.#finish(outcome('answered'), ending);
    else this.#finish(unansweredOutcome(ending));
  }

  /** Settled once the visitor has answered what they were told at the end. */
  async farewell(): Promise<void> {
    await this.#farewell.heard();
  }

  #requested(request: SrfRequest, response: SrfResponse): unknown {
    const { method } = request;
    if (method === 'INVITE' || method === 'UPDATE') return this.#renegotiate(request, response);
    return answerOther(request, response);
  }

  /** Another offer, such as an ICE restart's. An UPDATE without one only refreshes the target (RFC 3311 5.1). */
  async #renegotiate(request: SrfRequest, response: SrfResponse): Promise<void> {
    const offer = descriptionIn(request);
    if (this.#ended) {
      response.send(481);
      return;
    }
    if (!offer) {
      // There is no other side whose offer an INVITE without one could ask for.
      response.send(request.method === 'UPDATE' ? 200 : 488);
      return;
    }
    try {
      response.send(200, { body: await this.#foundation.media.echo(this.id, offer) });
    } catch (error) {
      response.send(error instanceof MediaError ? error.status : 500);
    }
  }

  #finish(why: Outcome, ending?: Ending): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#deadline);
    if (this.#uas) this.#farewell.hangUp(this.#uas, byeHeaders(why, ending));
    else this.#farewell.refuse(this.#response, why);
    const known = {
      call: this.id,
      caller: this.caller,
      destination: this.#destination,
      visit: {},
      target: undefined,
      ending,
    };
    this.#farewell.close(this.#foundation.media, known, this.#answeredAt, () => why);
  }
}
