// What a failure of our own parts, the relay and the resolver, means to the visitor and to the owner.

import { MediaError } from '../media/relay.ts';
import { ResolveError } from '../resolver/resolve-error.ts';
import { cause } from './cause.ts';
import { type CauseCode, causes } from './causes/catalogue.ts';
import { codecNames, withheldCodecs } from './codec-names.ts';
import { AnswerTooLate } from './dialog.ts';
import { dnsCause } from './dns-cause.ts';
import { type Outcome, outcome, outcomeOf } from './outcome.ts';

/** Where the call stood. */
export interface Stage {
  readonly domain: string;
  /** The server that answered with the SDP in question; undefined while the SDP is the browser's. */
  readonly answered: { readonly server: string; readonly user: string; readonly offered: string } | undefined;
  /** That SDP. */
  readonly answer?: string;
}

export function outcomeOfInternalFailure(
  error: unknown,
  { domain, answered, answer = '' }: Stage,
): Outcome | undefined {
  if (error instanceof AnswerTooLate) return outcome('cancelled');
  if (error instanceof ResolveError) return outcomeOf(dnsCause(error, domain));
  if (!(error instanceof MediaError)) return undefined;
  const detail = error.message;
  if (error.status === 503) return outcomeOf(cause('relay-full', { detail }));
  if (!answered) return outcomeOf(cause('visitor-offer-unusable', { detail }));
  const code = sdpCause(error);
  const takes = codecNames(answer);
  const missing = code === 'sdp-no-common-codec' && takes && withheldCodecs(answered.offered, takes);
  if (missing) return outcomeOf(cause('visitor-lacks-codecs', { ...answered, missing, takes }));
  return outcomeOf(cause(code, { ...answered, detail }));
}

type SdpCause = Extract<CauseCode, `sdp-${string}`>;

/** The relay may say what is wrong by a code; its words are always there. */
function sdpCause(error: MediaError): SdpCause {
  const reason = 'reason' in error ? `sdp-${String(error.reason)}` : '';
  return reason in causes ? (reason as SdpCause) : 'sdp-unusable';
}
