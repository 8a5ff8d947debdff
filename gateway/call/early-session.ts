// The session of a call during its set-up: the browser's offer, and the answers of the forks of the INVITE to the PBX.
// The descriptions go through the relay one after the other; the relay carries the last one.

import { type CallId, MediaError } from '../media/relay.ts';
import { asAnswer, type CurrentSession, countOfLines, type SessionMedia } from './current-session.ts';
import type { Fork } from './pbx-invite.ts';

/** A description of a PBX as it stands at the relay. */
interface Applied {
  readonly theirs: string;
  /** The answer to the browser that goes with it. */
  readonly forBrowser: string;
}

export class EarlySession {
  readonly #media: SessionMedia;
  readonly #call: CallId;
  readonly #browserOffer: string;
  /** What the PBX was told last, in the INVITE or in answer to an UPDATE, by fork. */
  readonly #told = new WeakMap<Fork, string>();
  #offer = '';
  /** Address of the PBX that has the INVITE. */
  #toward: string | undefined;
  #applied: Applied | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(media: SessionMedia, call: CallId, browserOffer: string) {
    this.#media = media;
    this.#call = call;
    this.#browserOffer = browserOffer;
  }

  /** The offer for the PBX at that address, or for none in particular. Rejects with MediaError. */
  async offer(toward?: string): Promise<string> {
    this.#toward = toward;
    this.#offer = await this.#restated();
    return this.#offer;
  }

  /** Carries what this fork says of itself by now; resolves to the answer for the browser. Rejects with MediaError. */
  heed(fork: Fork): Promise<string> {
    return this.#inTurn(() => this.#apply(fork.offerAnswer.theirs));
  }

  /**
   * An offer in an early dialog (RFC 3311 5.2). The browser has no answer yet and cannot be asked, but its offer says
   * what it can do. Resolves to the answer for the PBX, which is carried from then on. Rejects with MediaError, all
   * being as before.
   */
  update(fork: Fork, offer: string): Promise<string> {
    return this.#inTurn(async () => {
      const before = this.#applied;
      try {
        const answer = await this.#answerTo(offer);
        this.#applied = undefined;
        await this.#apply(offer);
        this.#told.set(fork, answer);
        return answer;
      } catch (error) {
        this.#applied = undefined;
        await this.#apply(before?.theirs).catch(() => {});
        throw error;
      }
    });
  }

  /** What both sides have agreed on once `fork` has answered for good. */
  async agreed(fork: Fork): Promise<CurrentSession> {
    const forBrowser = await this.heed(fork);
    return {
      offerer: 'browser',
      said: { browser: this.#browserOffer, pbx: fork.offerAnswer.theirs },
      told: { browser: forBrowser, pbx: this.#told.get(fork) ?? this.#offer },
    };
  }

  async #answerTo(offer: string): Promise<string> {
    const onward = await this.#media.offer(this.#call, 'pbx', offer);
    if (countOfLines(onward) > countOfLines(this.#browserOffer)) {
      throw new MediaError('the UPDATE adds an m= line before the call is answered', 488);
    }
    return await this.#media.answer(this.#call, 'browser', asAnswer(this.#browserOffer));
  }

  async #apply(theirs: string | undefined): Promise<string> {
    if (this.#applied !== undefined && this.#applied.theirs === theirs) return this.#applied.forBrowser;
    // What is the last offer already stays the same.
    await this.#restated();
    if (theirs === undefined) return '';
    const forBrowser = await this.#media.answer(this.#call, 'pbx', theirs);
    this.#applied = { theirs, forBrowser };
    return forBrowser;
  }

  #restated(): Promise<string> {
    return this.#media.offer(this.#call, 'browser', this.#browserOffer, this.#toward);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
