// The end of a call: what both sides are told, and the record of it.

import type { SrfResponse } from 'drachtio-srf';
import { emptyReport, type MediaRelay, type MediaReport } from '../media/relay.ts';
import type { CallRecord } from './call-record.ts';
import type { Dialog } from './dialog.ts';
import { type Outcome, refusalHeaders } from './outcome.ts';

export class CallClosing {
  readonly record: Promise<CallRecord>;
  readonly #startedAt = performance.now();
  readonly #told: Promise<unknown>[] = [];
  #settle!: (record: CallRecord) => void;

  constructor() {
    this.record = new Promise(resolve => {
      this.#settle = resolve;
    });
  }

  /** Refuses an INVITE that has no answer yet. An engine that answered a CANCEL with 487 by itself drops a second one. */
  refuse(response: SrfResponse, why: Outcome): void {
    if (response.finalResponseSent) return;
    const headers = refusalHeaders(why);
    this.#told.push(new Promise(told => response.send(why.status, why.reason, { headers }, told)));
  }

  hangUp(dialog: Dialog, headers: Record<string, string>): void {
    this.#told.push(dialog.end(headers));
  }

  /** Ends the call at the relay, and settles its record with what passed there. */
  close(
    media: MediaRelay,
    known: Omit<CallRecord, 'setupMs' | 'talkSeconds' | 'media' | 'outcome'>,
    answered: number | undefined,
    outcomeOf: (talkSeconds: number, media: MediaReport) => Outcome,
  ): void {
    const endedAt = performance.now();
    const answeredAt = answered ?? endedAt;
    const talkSeconds = Math.round((endedAt - answeredAt) / 100) / 10;
    const closed = media.close(known.call).catch(() => emptyReport);
    void closed.then(report =>
      this.#settle({
        ...known,
        outcome: outcomeOf(talkSeconds, report),
        setupMs: Math.round(answeredAt - this.#startedAt),
        talkSeconds,
        media: report,
      }),
    );
  }

  /** Settled once all have answered what they were told. */
  async heard(): Promise<void> {
    await Promise.allSettled(this.#told);
  }
}
