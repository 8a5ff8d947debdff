// A call that is up: its two dialogs and what is asked in them. Knows neither how it came to be nor what its end is
// recorded as.

import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import type { Leg } from '../media/relay.ts';
import type { CallDependencies } from './call-dependencies.ts';
import type { CurrentSession, SessionMedia } from './current-session.ts';
import type { Dialog } from './dialog.ts';
import { type Digit, writeDigit } from './digits.ts';
import { answerOther, type Performs } from './in-dialog-requests.ts';
import type { OfferAnswer } from './offer-answer.ts';
import { Renegotiation } from './renegotiation.ts';

export interface EstablishedCallParts {
  readonly dependencies: Pick<CallDependencies, 'log'>;
  readonly media: SessionMedia;
  readonly id: string;
  readonly dialogs: Readonly<Record<Leg, Dialog>>;
  readonly offerAnswers: Readonly<Record<Leg, OfferAnswer>>;
  readonly session: CurrentSession;
  /** The PBX takes digits by INFO. */
  readonly takesInfo: boolean;
  /** What an INFO of the PBX may ask for. */
  readonly forPbx: Performs;
  /** Whether a request of the browser's leg comes from the visitor whose call it is. */
  readonly isVisitor: (request: SrfRequest) => boolean;
  /** Something was agreed with the visitor by this request, and so by this connection. */
  readonly visitorBack: (request: SrfRequest) => void;
}

/** Digits that may wait for the PBX to answer the one before. */
const MOST_DIGITS = 32;

export class EstablishedCall {
  readonly #parts: EstablishedCallParts;
  readonly #renegotiation: Renegotiation;
  #digits = 0;
  #lastDigit: Promise<unknown> = Promise.resolve();

  constructor(parts: EstablishedCallParts) {
    this.#parts = parts;
    const { dependencies, media, id, dialogs, offerAnswers, session } = parts;
    this.#renegotiation = new Renegotiation({
      media,
      log: dependencies.log,
      call: id,
      dialogs,
      offerAnswers,
      session,
    });
  }

  /** The PBX has been acknowledged, and may be offered something. */
  async begin(): Promise<void> {
    await this.#renegotiation.followed();
  }

  get dialogs(): readonly Dialog[] {
    const { browser, pbx } = this.#parts.dialogs;
    return [browser, pbx];
  }

  async requested(from: Leg, request: SrfRequest, response: SrfResponse): Promise<void> {
    const { method } = request;
    const isStranger = from === 'browser' && !this.#parts.isVisitor(request);
    if (method === 'ACK') await this.#renegotiation.acknowledged(from, request);
    else if (method === 'INVITE' || method === 'UPDATE') {
      if (isStranger) response.send(481);
      else if ((await this.#renegotiation.requested(from, request, response)) && from === 'browser')
        this.#parts.visitorBack(request);
    } else if (method === 'INFO' && request.body && isStranger) response.send(481);
    else await answerOther(request, response, from === 'pbx' ? this.#parts.forPbx : this.#forBrowser);
  }

  get #forBrowser(): Performs {
    return this.#parts.takesInfo ? { sendDigit: this.#sendDigit } : {};
  }

  /** The call is over. */
  close(): void {
    this.#renegotiation.close();
  }

  /** One after the other: datagrams keep no order, and a PBX that answers none would be sent all of them again and again. */
  readonly #sendDigit = async (digit: Digit): Promise<number> => {
    if (this.#digits >= MOST_DIGITS) return 503;
    this.#digits++;
    const answered = this.#lastDigit.then(() => this.#inform(digit));
    this.#lastDigit = answered;
    const status = await answered;
    this.#digits--;
    return status;
  };

  async #inform(digit: Digit): Promise<number> {
    const headers = { 'Content-Type': 'application/dtmf-relay' };
    const { pbx } = this.#parts.dialogs;
    try {
      return (await pbx.request({ method: 'INFO', headers, body: writeDigit(digit) })).status;
    } catch {
      return 500;
    }
  }
}
