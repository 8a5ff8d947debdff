// Offers in an established call (RFC 3261 14, RFC 3311): each goes through the relay to the other leg, and the answer
// comes back the same way. An INVITE without an offer, and a late answer, use the current session.

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
import { Refusal, refuse } from './offer-refusal.ts';
import { PutOff, waitBefore } from './put-off.ts';
import { descriptionIn } from './session-description.ts';

export interface RenegotiationParts {
  readonly media: SessionMedia;
  readonly call: CallId;
  readonly log: Log;
  readonly dialogs: Readonly<Record<Leg, Dialog>>;
  readonly offerAnswers: Readonly<Record<Leg, OfferAnswer>>;
  readonly session: CurrentSession;
}

/** Offers of our own that a leg may put off with 491. */
const MOST_RETRIES = 6;
/** INVITEs with the same offer of the browser that a PBX may put off. */
const MOST_REPEATS = 2;

export class Renegotiation {
  readonly #parts: RenegotiationParts;
  #standing: CurrentSession;
  /** The round that our offer in the 2xx to an INVITE without one belongs to; its answer is still to come. */
  #proposed: CurrentSession | undefined;
  /** What the browser has offered last: all that it can do. */
  #browserOffer: string;
  #retry: NodeJS.Timeout | undefined;
  /** An offer of the browser that the PBX has put off. */
  readonly #putOff = new PutOff();
  #closed = false;

  constructor(parts: RenegotiationParts) {
    this.#parts = parts;
    this.#standing = parts.session;
    this.#browserOffer = parts.session.said.browser;
  }

  /** An INVITE or UPDATE of leg `from`. True when something was agreed on by it. */
  async requested(from: Leg, request: SrfRequest, response: SrfResponse): Promise<boolean> {
    const offer = descriptionIn(request);
    const offers = offer !== '' || request.method === 'INVITE';
    // The PBX has put off for an offer of its own: that comes first, and the browser gets its 491 before it.
    if (from === 'pbx' && offers && this.#putOff.cutShort()) await new Promise(setImmediate);
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
      // The other leg gets an offer where the change affects it.
      if (!saysTheSame(before, this.#standing.told[to])) await this.#tell(to);
      if (from === 'pbx') await this.followed();
    } catch (error) {
      offerAnswers[from].on('refused');
      this.#refusedFor(from, error);
    }
  }

  /**
   * The relay follows a PBX that answers with an address of the other family. Our own address of that family is in no
   * offer that the PBX has had.
   */
  async followed(): Promise<void> {
    const { media, call } = this.#parts;
    const { offerer, said, told } = this.#standing;
    if (offerer !== 'browser' || this.#closed) return;
    const present = await media.offer(call, 'browser', said.browser).catch(() => told.pbx);
    if (connectionIn(present) !== connectionIn(told.pbx)) await this.#tell('pbx');
  }

  /** The call is over. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#putOff.cutShort();
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
      else answer = await this.#insist(to, onward, withdrawn.signal, request.method);
      if (withdrawn.signal.aborted) {
        // The engine has answered 487. The other leg has agreed to an offer that is withdrawn.
        offerAnswers[from].on('refused');
        await this.#tell(to);
        return false;
      }
      const back = await media.answer(call, to, answer);
      this.#agreed(from, { offer, answer }, { [from]: back, [to]: onward } as Record<Leg, string>);
      offerAnswers[from].accepted(offer);
      response.send(200, { body: back });
      if (from === 'browser') void this.followed();
      return true;
    } catch (error) {
      offerAnswers[from].on('refused');
      this.#free(to);
      this.#refuse(from, error, response);
      return false;
    }
  }

  /** Our offer to this leg has failed, before or after it was sent. */
  #free(leg: Leg): void {
    const offerAnswer = this.#parts.offerAnswers[leg];
    if (offerAnswer.state === 'offered' || offerAnswer.state === 'shown') offerAnswer.on('failure');
  }

  /** Both legs must be free for an offer; an offer that comes too early is refused. */
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

  /** Offers `onward` to a leg that is ready for it; resolves to its answer. Rejects with {@link Refusal}. */
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
      throw new Refusal(error instanceof Error && error.message === 'Request Pending' ? 491 : 500);
    }
    const action = offerAnswer.responded(responded(response));
    if (response.status >= 300) throw new Refusal(response.status);
    if (action === 'miss') throw new Refusal(response.status);
    return offerAnswer.theirs;
  }

  /**
   * The same, and again where a PBX answers 491: the browser does not have to repeat its offer. An UPDATE is answered
   * immediately (RFC 3311 5.2), and PBXs repeat theirs by themselves.
   */
  async #insist(to: Leg, onward: string, withdrawn: AbortSignal, method: string): Promise<string> {
    for (let left = to === 'pbx' && method === 'INVITE' ? MOST_REPEATS : 0; ; left--) {
      try {
        return await this.#ask(to, onward, withdrawn);
      } catch (error) {
        if (left === 0 || this.#closed || !(error instanceof Refusal && error.status === 491)) throw error;
        this.#free(to);
        const over = await this.#putOff.wait(waitBefore(to), withdrawn);
        if (!over || this.#parts.offerAnswers[to].on('wanted') !== 'send') throw error;
      }
    }
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
      if (error instanceof Refusal && error.status === 491) this.#tellLater(to, retries);
      else this.#refusedFor(to, error);
    }
  }

  #tellLater(to: Leg, retries: number): void {
    if (retries === 0 || this.#closed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#tell(to, retries - 1), waitBefore(to));
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
    if (error instanceof Refusal) {
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
    else if (!(error instanceof Refusal)) log.error({ call, leg, error }, 'a new description failed');
  }
}

function responded(response: SrfResponse) {
  return {
    status: response.status,
    reliable: response.has('RSeq'),
    description: descriptionIn(response),
  };
}

function connectionIn(sdp: string): string | undefined {
  return /^c=.*/m.exec(sdp)?.[0].trim();
}
