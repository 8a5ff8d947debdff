// A call to nobody: the gateway answers it and the relay sends the visitor's own sound back, so that they can try it
// before they call. No server is asked, no PBX hears of it; otherwise a call like others, and counted as one.

import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf';
import { emptyReport, MediaError, type MediaEvent } from '../media/relay.ts';
import type { Caller, CallRecord } from './call-record.ts';
import { onEnd } from './dialog-life.ts';
import type { Destination } from './directory.ts';
import { outcomeOfFailure } from './failure.ts';
import type { CallFoundation } from './foundation.ts';
import {
  type Ending,
  type Outcome,
  outcome,
  reasonHeaders,
  refusalHeaders,
  unansweredOutcome,
} from './outcome.ts';

/** Long enough to find a better microphone, too short to be of other use. */
const LONGEST_MS = 30_000;

export class EchoTest {
  readonly id: string;
  readonly caller: Caller;
  readonly record: Promise<CallRecord>;
  /** Called once they talk. */
  onAnswered = () => {};
  readonly #foundation: CallFoundation;
  readonly #destination: Destination;
  readonly #request: SrfRequest;
  readonly #response: SrfResponse;
  readonly #startedAt = performance.now();
  readonly #farewells: Promise<unknown>[] = [];
  readonly #deadline: NodeJS.Timeout;
  #settle!: (record: CallRecord) => void;
  #uas: Dialog | undefined;
  #answeredAt: number | undefined;
  #ended = false;

  constructor(
    foundation: CallFoundation,
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
    this.record = new Promise(resolve => {
      this.#settle = resolve;
    });
    this.#deadline = setTimeout(() => this.end('too-long'), LONGEST_MS);
  }

  async run(): Promise<void> {
    const { media, srf, log } = this.#foundation;
    this.#request.on('cancel', () => this.#finish(outcome('cancelled')));
    try {
      const localSdp = await media.echo(this.id, this.#request.body ?? '');
      if (this.#ended) return;
      const uas = await srf.createUAS(this.#request, this.#response, { localSdp });
      this.#uas = uas;
      if (this.#ended) {
        uas.destroy().catch(() => {});
        return;
      }
      this.#answeredAt = performance.now();
      this.onAnswered();
      this.#attend(uas);
    } catch (error) {
      if (this.#ended) return;
      const known = outcomeOfFailure(error, { domain: this.#destination.domain, answered: undefined });
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
    await Promise.allSettled(this.#farewells);
  }

  #attend(uas: Dialog): void {
    onEnd(uas, () => this.end('hung-up-by-visitor'));
    const { boundary } = this.#foundation;
    const renegotiate = boundary.answering((request, response) => this.#renegotiate(request, response));
    uas.on('modify', renegotiate);
    uas.on('update', renegotiate);
    uas.on(
      'refer',
      boundary.answering((_request, response) => response.send(603)),
    );
    uas.on(
      'message',
      boundary.answering((_request, response) => response.send(405)),
    );
  }

  /** Another offer, such as an ICE restart's; without one it only refreshes the target (RFC 3311 5.2). */
  async #renegotiate({ body }: SrfRequest, response: SrfResponse): Promise<void> {
    if (this.#ended || !body) {
      response.send(this.#ended ? 481 : 200);
      return;
    }
    try {
      response.send(200, { body: await this.#foundation.media.echo(this.id, body) });
    } catch (error) {
      response.send(error instanceof MediaError ? error.status : 500);
    }
  }

  #finish(why: Outcome, ending?: Ending): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#deadline);
    const endedAt = performance.now();
    const answeredAt = this.#answeredAt ?? endedAt;
    if (this.#uas?.connected) {
      const headers = ending ? reasonHeaders(ending) : {};
      this.#farewells.push(this.#uas.destroy({ headers }).catch(() => {}));
    } else if (!this.#response.finalResponseSent) {
      const headers = refusalHeaders(why);
      this.#farewells.push(
        new Promise(told => this.#response.send(why.status, why.reason, { headers }, told)),
      );
    }
    const closed = this.#foundation.media.close(this.id).catch(() => emptyReport);
    void closed.then(media =>
      this.#settle({
        call: this.id,
        caller: this.caller,
        destination: this.#destination,
        visit: {},
        target: undefined,
        outcome: why,
        ending,
        setupMs: Math.round(answeredAt - this.#startedAt),
        talkSeconds: Math.round((endedAt - answeredAt) / 100) / 10,
        media,
      }),
    );
  }
}
