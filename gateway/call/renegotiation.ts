// A re-INVITE or UPDATE in an established call (RFC 3261 14, RFC 3311): the offer goes through the relay
// to the other leg, its answer comes back the same way.

import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf';
import { type CallId, type Leg, MediaError, type MediaRelay } from '../media/relay.ts';
import { descriptionIn } from './description.ts';
import { reinvite } from './dialog-life.ts';

export class Renegotiation {
  readonly #media: MediaRelay;
  readonly #call: CallId;
  #running = false;
  /** What was last agreed with each leg: the offer or answer that it got from us, and its reply. */
  readonly #agreed = new Map<Leg, { ours: string; theirs: string }>();

  constructor(media: MediaRelay, call: CallId) {
    this.#media = media;
    this.#call = call;
  }

  /** Notes what a leg was told and what it said, as the call was set up. */
  agreed(leg: Leg, ours: string, theirs: string): void {
    this.#agreed.set(leg, { ours, theirs });
  }

  /** Carries the offer in `request`, which came from leg `from`, to the dialog of the other leg. True when it is agreed. */
  async carry(from: Leg, request: SrfRequest, response: SrfResponse, other: Dialog): Promise<boolean> {
    const offer = descriptionIn(request);
    if (!offer) {
      // An offerless re-INVITE asks for our offer; what stands is what we offer (RFC 3261 14.2).
      // An offerless UPDATE asks for nothing: it refreshes the target (RFC 3311 5.2).
      const standing = request.method === 'INVITE' ? this.#agreed.get(from)?.ours : undefined;
      response.send(200, standing ? { body: standing } : {});
      return true;
    }
    if (this.#running) {
      response.send(491);
      return false;
    }
    this.#running = true;
    try {
      return await this.#exchange(from, offer, response, other);
    } catch (error) {
      response.send(error instanceof MediaError ? error.status : 500);
      return false;
    } finally {
      this.#running = false;
    }
  }

  async #exchange(from: Leg, offer: string, response: SrfResponse, other: Dialog): Promise<boolean> {
    const to: Leg = from === 'browser' ? 'pbx' : 'browser';
    const onward = await this.#media.offer(this.#call, from, offer);
    const standing = this.#agreed.get(to);
    let answer = standing?.theirs;
    // An ICE restart changes nothing for the other leg: it need not hear of it.
    if (!standing || standing.ours !== onward) {
      const reply = await reinvite(other, onward);
      answer = descriptionIn(reply);
      if (reply.status !== 200 || !answer) {
        refuse(response, reply.status);
        return false;
      }
    }
    const back = await this.#media.answer(this.#call, to, answer as string);
    this.#agreed.set(to, { ours: onward, theirs: answer as string });
    this.#agreed.set(from, { ours: back, theirs: offer });
    response.send(200, { body: back });
    return true;
  }
}

/** What speaks of the offer crosses; a 408 or 481 would end a dialog that has nothing wrong (RFC 3261 12.2.1.2). */
function refuse(response: SrfResponse, status: number): void {
  if (status === 491) response.send(491);
  else if (status < 300 || status === 488 || status === 606) response.send(488);
  else response.send(500, { headers: { 'Retry-After': '5' } });
}
