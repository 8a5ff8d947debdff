// Offers in an established call (RFC 3261 14, RFC 3311): carried through the relay to the other leg, whose answer comes
// back the same way. What one leg is asked for, or tells of itself late, is settled with what stands.

import { randomInt } from 'node:crypto';
import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import { type CallId, type Leg, MediaError } from '../media/relay.ts';
import type { Log } from '../observe/log.ts';
import {
  type CurrentSession,
  otherLeg,
  restated,
  type SessionMedia,
  saysTheSame,
} from './current-session.ts';
import type { Dialog } from './dialog.ts';
import type { OfferAnswer } from './offer-answer.ts';
import { descriptionIn, unsupportedBody } from './session-description.ts';

export interface RenegotiationParts {
  readonly media: SessionMedia;
  readonly call: CallId;
  readonly log: Log;
  readonly dialogs: Readonly<Record<Leg, Dialog>>;
  readonly offerAnswers: Readonly<Record<Leg, OfferAnswer>>;
  readonly standing: CurrentSession;
}

/** Offers of our own that a leg may put off with 491. */
const MOST_RETRIES = 6;

export class Renegotiation {
  readonly #parts: RenegotiationParts;
  #standing: CurrentSession;
  /** The round that our offer in the 2xx to an INVITE without one belongs to; its answer is still to come. */
  #proposed: CurrentSession | undefined;
  /** What the browser has offered last: all that it can do. */
  #browserOffer: string;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: RenegotiationParts) {
    this.#parts = parts;
    this.#standing = parts.standing;
    this.#browserOffer = parts.standing.said.browser;
  }

  /** An INVITE or UPDATE of leg `from`. True when something was agreed on by it. */
  async requested(from: Leg, request: SrfRequest, response: SrfResponse): Promise<boolean> {
    const unsupported = unsupportedBody(request);
    if (unsupported) {
      response.send(415, { headers: unsupported });
      return false;
    }
    const offer = descriptionIn(request);
    if (offer) return await this.#carry(from, offer, request, response);
    if (request.method === 'INVITE') return await this.#propose(from, response);
    // An UPDATE without an offer refreshes the target (RFC 3311 5.1).
    response.send(200);
    return true;
  }

  /** The ACK of a 2xx of ours: it answers where we have offered. */
  async acknowledged(from: Leg, ack: SrfRequest): Promise<void> {
    const { offerAnswers } = this.#parts;
    const answer = descriptionIn(ack);
    const action = offerAnswers[from].on(answer ? 'ack' : 'bareAck');
    if (action !== 'take') return;
    const round = this.#proposed ?? this.#standing;
    this.#proposed = undefined;
    try {
      const { media, call } = this.#parts;
      const to = otherLeg(from);
      const before = this.#standing.told[to];
      this.#standing = await restated(media, call, round, from, answer);
      offerAnswers[from].accepted(answer);
      // The other leg is told where it would see or hear a difference.
      if (!saysTheSame(before, this.#standing.told[to])) await this.#tell(to);
    } catch (error) {
      offerAnswers[from].on('refused');
      this.#refusedFor(from, error);
    }
  }

  /** The call is over. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
  }

  async #carry(from: Leg, offer: string, request: SrfRequest, response: SrfResponse): Promise<boolean> {
    const { media, call, offerAnswers } = this.#parts;
    const to = otherLeg(from);
    if (!this.#mayOffer(from, to, response)) return false;
    const withdrawn = new AbortController();
    request.on('cancel', () => withdrawn.abort());
    try {
      const onward = await media.offer(call, from, offer);
      let answer = this.#standing.said[to];
      // An ICE restart changes nothing for the other leg: it need not be asked.
      if (this.#standing.told[to] === onward) offerAnswers[to].on('failure');
      else answer = await this.#ask(to, onward, withdrawn.signal);
      if (withdrawn.signal.aborted) {
        // The engine has answered 487. The other leg has agreed to what nobody wants any more.
        offerAnswers[from].on('refused');
        await this.#tell(to);
        return false;
      }
      const back = await media.answer(call, to, answer);
      this.#agreed(from, { offer, answer }, { [from]: back, [to]: onward } as Record<Leg, string>);
      offerAnswers[from].accepted(offer);
      response.send(200, { body: back });
      return true;
    } catch (error) {
      offerAnswers[from].on('refused');
      this.#free(to);
      this.#refuse(from, error, response);
      return false;
    }
  }

  /** Our offer to this leg has come to nothing, before or after it went out. */
  #free(leg: Leg): void {
    const offerAnswer = this.#parts.offerAnswers[leg];
    if (offerAnswer.state === 'offered' || offerAnswer.state === 'shown') offerAnswer.on('failure');
  }

  /** Both legs must be free for an offer; who comes too early is told so. */
  #mayOffer(from: Leg, to: Leg, response: SrfResponse): boolean {
    const { offerAnswers } = this.#parts;
    const action = offerAnswers[from].on('offer');
    if (action === 'busy') response.send(500, { headers: { 'Retry-After': String(randomInt(0, 11)) } });
    else if (action !== 'judge') response.send(491);
    if (action !== 'judge') return false;
    if (offerAnswers[to].on('wanted') === 'send') return true;
    offerAnswers[from].on('refused');
    response.send(491);
    return false;
  }

  /** Offers `onward` to a leg that is ready for it; resolves to its answer. Rejects with {@link OfferRefused}. */
  async #ask(to: Leg, onward: string, withdrawn?: AbortSignal): Promise<string> {
    const { dialogs, offerAnswers } = this.#parts;
    const offerAnswer = offerAnswers[to];
    let response: SrfResponse;
    try {
      response = await dialogs[to].request(
        { method: 'INVITE', body: onward },
        {
          sent: sent => withdrawn?.addEventListener('abort', () => sent.cancel(() => {}), { once: true }),
          provisional: early => void offerAnswer.responded(responded(early)),
        },
      );
    } catch (error) {
      throw new OfferRefused(error instanceof Error && error.message === 'Request Pending' ? 491 : 500);
    }
    const action = offerAnswer.responded(responded(response));
    if (response.status >= 300) throw new OfferRefused(response.status);
    if (action === 'miss') throw new OfferRefused(response.status);
    return offerAnswer.theirs;
  }

  /** RFC 3261 14.2: to an INVITE without an offer the 2xx has one, as if the call were new. */
  async #propose(from: Leg, response: SrfResponse): Promise<boolean> {
    const { media, call, offerAnswers } = this.#parts;
    const to = otherLeg(from);
    if (offerAnswers[to].state !== 'agreed') {
      response.send(491);
      return false;
    }
    const action = offerAnswers[from].on('query');
    if (action !== 'propose') {
      response.send(action === 'busy' ? 500 : 491);
      return false;
    }
    this.#proposed = this.#standing;
    let offer = this.#standing.told[from];
    if (from === 'pbx') {
      // All that the browser can do, and not only what was agreed on last: a held call is taken up again like this.
      const said = { ...this.#standing.said, browser: this.#browserOffer };
      const full = await media.offer(call, 'browser', this.#browserOffer).catch(() => undefined);
      if (full !== undefined) {
        offer = full;
        this.#proposed = { offerer: 'browser', said, told: { ...this.#standing.told, pbx: full } };
      }
    }
    response.send(200, { body: offer });
    return true;
  }

  /** Offers a leg what stands with the other one. What it answers changes nothing there. */
  async #tell(to: Leg, retries = MOST_RETRIES): Promise<void> {
    const { media, call, offerAnswers } = this.#parts;
    const from = otherLeg(to);
    if (this.#closed) return;
    if (offerAnswers[from].state !== 'agreed' || offerAnswers[to].on('wanted') !== 'send') {
      this.#tellLater(to, retries);
      return;
    }
    const offer = this.#standing.said[from];
    try {
      const onward = await media.offer(call, from, offer);
      const answer = await this.#ask(to, onward);
      const back = await media.answer(call, to, answer);
      this.#agreed(from, { offer, answer }, { [from]: back, [to]: onward } as Record<Leg, string>);
    } catch (error) {
      this.#free(to);
      if (error instanceof OfferRefused && error.status === 491) this.#tellLater(to, retries);
      else this.#refusedFor(to, error);
    }
  }

  /** RFC 3261 14.1: who owns the Call-ID, as we do towards the PBX, waits the longer. */
  #tellLater(to: Leg, retries: number): void {
    if (retries === 0 || this.#closed) return;
    clearTimeout(this.#retry);
    const wait = to === 'pbx' ? randomInt(210, 401) : randomInt(0, 201);
    this.#retry = setTimeout(() => void this.#tell(to, retries - 1), wait * 10);
  }

  #agreed(
    offerer: Leg,
    { offer, answer }: { offer: string; answer: string },
    told: Record<Leg, string>,
  ): void {
    const said = { [offerer]: offer, [otherLeg(offerer)]: answer } as Record<Leg, string>;
    this.#standing = { offerer, said, told };
    if (offerer === 'browser') this.#browserOffer = offer;
  }

  #refuse(from: Leg, error: unknown, response: SrfResponse): void {
    if (error instanceof OfferRefused) {
      refuse(response, error.status);
      return;
    }
    this.#refusedFor(from, error);
    response.send(error instanceof MediaError ? error.status : 500);
  }

  /** The session stays as it was; the owner may read why. */
  #refusedFor(leg: Leg, error: unknown): void {
    if (this.#closed) return;
    const { log, call } = this.#parts;
    if (error instanceof MediaError)
      log.info({ call, leg, reason: error.message }, 'new description refused');
    else if (!(error instanceof OfferRefused)) log.error({ call, leg, error }, 'a new description failed');
  }
}

/** The other leg said no, or nothing of use. */
class OfferRefused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`refused with ${status}`);
    this.status = status;
  }
}

function responded(response: SrfResponse) {
  return {
    status: response.status,
    reliable: response.has('RSeq'),
    description: descriptionIn(response),
  };
}

/** What speaks of the offer crosses; a 408 or 481 would end a dialog that has nothing wrong (RFC 3261 12.2.1.2). */
function refuse(response: SrfResponse, status: number): void {
  if (status === 491) response.send(491);
  else if (status < 300 || status === 488 || status === 606) response.send(488);
  else response.send(500, { headers: { 'Retry-After': '5' } });
}
