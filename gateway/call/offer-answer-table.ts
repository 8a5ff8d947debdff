// Offer and answer in one dialog (RFC 3264, 6337, 3262, 3311), as a table. Pure data: what to do with descriptions is
// up to those who look here. Used on both legs of a call.

/**
 * - `offered`: our offer, in an INVITE, has no answer yet
 * - `shown`: the same, and an unreliable provisional response has shown the answer that is to come
 * - `proposed`: our offer went out in the 2xx to an INVITE without one; the ACK brings the answer
 * - `asked`: their offer waits for our answer, or their late answer for being taken
 * - `agreed`: nothing is open
 */
export const offerAnswerStates = ['offered', 'shown', 'proposed', 'asked', 'agreed'] as const;
export type OfferAnswerState = (typeof offerAnswerStates)[number];

/**
 * Of the peer: `preview` is a description in an unreliable provisional response, `reliable` in a reliable one,
 * `success` in a 2xx; `bareSuccess` is a 2xx without one, `failure` a final response that is no 2xx; `offer` comes in
 * an INVITE, UPDATE or PRACK, `query` is an INVITE without one; `ack` has a description, `bareAck` has none.
 * Of ours: `wanted` asks for leave to make an offer; `answered` and `refused` settle theirs.
 */
export const offerAnswerInputs = [
  'preview',
  'reliable',
  'success',
  'bareSuccess',
  'failure',
  'offer',
  'query',
  'ack',
  'bareAck',
  'wanted',
  'answered',
  'refused',
] as const;
export type OfferAnswerInput = (typeof offerAnswerInputs)[number];

/**
 * - `take`: this description is the answer
 * - `show`: it is not, and may be acted on as if it were (early media)
 * - `takeShown`: what was shown last is the answer
 * - `replace`: an answer stands already; this one, where it differs, takes its place
 * - `keep`: what stands goes on to stand
 * - `miss`: there is no answer and there will be none
 * - `judge`: their offer is to be answered or refused
 * - `propose`: they ask for our offer
 * - `glare`: their offer meets one of ours: 491 (RFC 3261 14.2, RFC 3311 5.2)
 * - `busy`: their offer follows one that we have not answered: 500 and Retry-After (RFC 3311 5.2)
 * - `send`: our offer may go out
 * - `wait`: not now (RFC 3264 4)
 * - `ignore`: nothing comes of it
 */
export type OfferAnswerAction =
  | 'take'
  | 'show'
  | 'takeShown'
  | 'replace'
  | 'keep'
  | 'miss'
  | 'judge'
  | 'propose'
  | 'glare'
  | 'busy'
  | 'send'
  | 'wait'
  | 'ignore';

export type OfferAnswerStep = readonly [next: OfferAnswerState, action: OfferAnswerAction];

export const offerAnswerTable: {
  readonly [S in OfferAnswerState]: { readonly [I in OfferAnswerInput]: OfferAnswerStep };
} = {
  offered: {
    preview: ['shown', 'show'],
    // RFC 3262 5: the answer may come in a reliable provisional response, and then it is the answer.
    reliable: ['agreed', 'take'],
    success: ['agreed', 'take'],
    bareSuccess: ['agreed', 'miss'],
    failure: ['agreed', 'keep'],
    offer: ['offered', 'glare'],
    query: ['offered', 'glare'],
    ack: ['offered', 'ignore'],
    bareAck: ['offered', 'ignore'],
    wanted: ['offered', 'wait'],
    answered: ['offered', 'ignore'],
    refused: ['offered', 'ignore'],
  },
  shown: {
    preview: ['shown', 'show'],
    reliable: ['agreed', 'take'],
    success: ['agreed', 'take'],
    // RFC 3261 13.2.1 has the same description in both; some leave the second one out.
    bareSuccess: ['agreed', 'takeShown'],
    failure: ['agreed', 'keep'],
    // Without 100rel they may not (RFC 3311 5.1). Who has shown an answer and offers now takes it for given.
    offer: ['asked', 'judge'],
    query: ['shown', 'glare'],
    ack: ['shown', 'ignore'],
    bareAck: ['shown', 'ignore'],
    wanted: ['shown', 'wait'],
    answered: ['shown', 'ignore'],
    refused: ['shown', 'ignore'],
  },
  proposed: {
    preview: ['proposed', 'ignore'],
    reliable: ['proposed', 'ignore'],
    success: ['proposed', 'ignore'],
    bareSuccess: ['proposed', 'ignore'],
    failure: ['proposed', 'ignore'],
    offer: ['proposed', 'glare'],
    query: ['proposed', 'glare'],
    ack: ['asked', 'take'],
    bareAck: ['agreed', 'keep'],
    wanted: ['proposed', 'wait'],
    answered: ['proposed', 'ignore'],
    refused: ['agreed', 'keep'],
  },
  asked: {
    preview: ['asked', 'ignore'],
    reliable: ['asked', 'ignore'],
    success: ['asked', 'keep'],
    bareSuccess: ['asked', 'keep'],
    failure: ['asked', 'keep'],
    offer: ['asked', 'busy'],
    query: ['asked', 'busy'],
    ack: ['asked', 'ignore'],
    bareAck: ['asked', 'ignore'],
    wanted: ['asked', 'wait'],
    answered: ['agreed', 'keep'],
    refused: ['agreed', 'keep'],
  },
  agreed: {
    // RFC 3261 13.2.1: a description after the answer is ignored. Some describe another place in the 2xx, and mean it.
    preview: ['agreed', 'ignore'],
    reliable: ['agreed', 'replace'],
    success: ['agreed', 'replace'],
    bareSuccess: ['agreed', 'keep'],
    failure: ['agreed', 'keep'],
    offer: ['asked', 'judge'],
    query: ['proposed', 'propose'],
    ack: ['agreed', 'ignore'],
    bareAck: ['agreed', 'ignore'],
    wanted: ['offered', 'send'],
    answered: ['agreed', 'ignore'],
    refused: ['agreed', 'ignore'],
  },
};
