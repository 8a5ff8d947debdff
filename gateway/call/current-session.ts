// The session that the two legs of a call have agreed on. A new description of one leg is put in its place without a
// request to the other leg: the current round of offer and answer goes through the relay again with this description.

import { type CallId, type Leg, MediaError, type MediaRelay } from '../media/relay.ts';

/** What the session of a call needs of the relay. */
export type SessionMedia = Pick<MediaRelay, 'offer' | 'answer'>;

/** The relay until `isOver`: an offer that comes after the end of its call would open it there again. */
export function mediaUntil(media: SessionMedia, isOver: () => boolean): SessionMedia {
  const refused = () => Promise.reject(new MediaError('the call is over', 503));
  return {
    offer: (...round) => (isOver() ? refused() : media.offer(...round)),
    answer: (...round) => (isOver() ? refused() : media.answer(...round)),
  };
}

/** One round: the description that each leg sent (`said`), and the one that each leg received (`told`). */
export interface CurrentSession {
  readonly offerer: Leg;
  readonly said: Readonly<Record<Leg, string>>;
  readonly told: Readonly<Record<Leg, string>>;
}

export const otherLeg = (leg: Leg): Leg => (leg === 'browser' ? 'pbx' : 'browser');

/**
 * Takes `description` for the answer, or for the offer, of `leg` in the round that stands. Rejects with a MediaError
 * when it does not fit; the relay then carries what it did before.
 */
export async function restated(
  media: SessionMedia,
  call: CallId,
  standing: CurrentSession,
  leg: Leg,
  description: string,
): Promise<CurrentSession> {
  const { offerer } = standing;
  const said = { ...standing.said, [leg]: description };
  const answerer = otherLeg(offerer);
  const offer = await media.offer(call, offerer, said[offerer]);
  const answer = await media.answer(call, answerer, said[answerer]);
  return { offerer, said, told: { ...standing.told, [answerer]: offer, [offerer]: answer } };
}

/** Whether two descriptions of ours say the same, whichever is the offer. */
export function saysTheSame(one: string, other: string): boolean {
  return plain(one) === plain(other);
}

function plain(sdp: string): string {
  return sdp
    .split(/\r?\n/)
    .filter(line => !line.startsWith('o=') && !line.startsWith('a=setup:'))
    .join('\n');
}

/** A browser's offer lists all that it can do: it can be used as the answer to an offer that the browser does not get. */
export function asAnswer(offer: string): string {
  return offer.replace(/^a=setup:actpass/gm, 'a=setup:active');
}

export function countOfLines(sdp: string): number {
  return sdp.split('\nm=').length - 1;
}
