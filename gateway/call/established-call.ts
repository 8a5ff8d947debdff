// A call that is up: its two dialogs and what is asked in them. Knows neither how it came to be nor what its end is
// recorded as.

import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import type { Leg } from '../media/relay.ts';
import type { CallDependencies } from './call-dependencies.ts';
import type { CurrentSession, SessionMedia } from './current-session.ts';
import type { Dialog } from './dialog.ts';
import { type Digit, writeDigit } from './digits.ts';
import { answerOther } from './in-dialog-requests.ts';
import type { OfferAnswer } from './offer-answer.ts';
import { Renegotiation } from './renegotiation.ts';

export interface EstablishedCallParts {
  readonly foundation: Pick<CallDependencies, 'log'>;
  readonly media: SessionMedia;
  readonly id: string;
  readonly dialogs: Readonly<Record<Leg, Dialog>>;
  readonly offerAnswers: Readonly<Record<Leg, OfferAnswer>>;
  readonly standing: CurrentSession;
  /** The PBX takes digits by INFO. */
  readonly takesInfo: boolean;
  /** Whether a request of the browser's leg comes from the visitor whose call it is. */
  readonly isVisitor: (request: SrfRequest) => boolean;
  /** Something was agreed with the visitor by this request, and so by this connection. */
  readonly visitorBack: (request: SrfRequest) => void;
}

export class EstablishedCall {
  readonly #parts: EstablishedCallParts;
  readonly #renegotiation: Renegotiation;

  constructor(parts: EstablishedCallParts) {
    this.#parts = parts;
    const { foundation, media, id, dialogs, offerAnswers, standing } = parts;
    this.#renegotiation = new Renegotiation({
      media,
      log: foundation.log,
      call: id,
      dialogs,
      offerAnswers,
      standing,
    });
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
    else await answerOther(from, request, response, this.#parts.takesInfo ? this.#sendDigit : undefined);
  }

  /** The call is over. */
  close(): void {
    this.#renegotiation.close();
  }

  readonly #sendDigit = async (digit: Digit): Promise<number> => {
    const headers = { 'Content-Type': 'application/dtmf-relay' };
    const { pbx } = this.#parts.dialogs;
    try {
      return (await pbx.request({ method: 'INFO', headers, body: writeDigit(digit) })).status;
    } catch {
      return 500;
    }
  };
}
