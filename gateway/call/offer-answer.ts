// The state of offer and answer in one dialog, and the peer's description that goes with it. The rules are the table's.

import {
  type OfferAnswerAction,
  type OfferAnswerInput,
  type OfferAnswerState,
  offerAnswerTable,
} from './offer-answer-table.ts';

/** A response to our INVITE. */
export interface Responded {
  readonly status: number;
  /** A provisional response that is acknowledged by PRACK (RFC 3262). */
  readonly reliable: boolean;
  /** Empty when it has none. */
  readonly description: string;
}

export class OfferAnswer {
  #state: OfferAnswerState;
  #standing: string;
  #shown = '';
  /** The peer has made an offer since it answered ours: an older answer that is repeated counts no more. */
  #reoffered = false;

  /** @param standing the peer's description, where one stands */
  constructor(state: OfferAnswerState, standing = '') {
    this.#state = state;
    this.#standing = standing;
  }

  get state(): OfferAnswerState {
    return this.#state;
  }

  /** What the peer says of itself: its answer or offer that stands or, until there is one, what it has shown. */
  get theirs(): string {
    return this.#state === 'shown' ? this.#shown : this.#standing;
  }

  /** What the table says; moves on. */
  on(input: OfferAnswerInput): OfferAnswerAction {
    const [next, action] = offerAnswerTable[this.#state][input];
    this.#state = next;
    if (action === 'send') this.#reoffered = false;
    return action;
  }

  /** Takes a response to our INVITE; a provisional one without a description says nothing here. */
  responded({ status, reliable, description }: Responded): OfferAnswerAction {
    if (status < 200 && !description) return 'ignore';
    const action = this.on(inputOf(status, reliable, description));
    if (action === 'show') this.#shown = description;
    else if (action === 'take') this.#standing = description;
    else if (action === 'takeShown') this.#standing = this.#shown;
    else if (action === 'replace' && !this.#reoffered) this.#standing = description;
    return action;
  }

  /** Their offer, or their late answer, was taken: it stands. */
  accepted(description: string): void {
    this.on('answered');
    this.#standing = description;
    this.#reoffered = true;
  }
}

function inputOf(status: number, reliable: boolean, description: string): OfferAnswerInput {
  if (status >= 300) return 'failure';
  if (status >= 200) return description ? 'success' : 'bareSuccess';
  return reliable ? 'reliable' : 'preview';
}
