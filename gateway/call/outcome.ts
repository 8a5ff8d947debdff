// The ways in which a call ends: the SIP status for the browser, and how the end is logged. Why it ended so is a cause of
// causes/. What a PBX says in words never crosses.

import type { EndingCause, RefusalStatus } from '../../contract/sip.ts';
import { type Cause, cause } from './cause.ts';
import { causes } from './causes/catalogue.ts';

export interface Outcome {
  /** Stable name for logs and metrics. */
  readonly code: string;
  /** SIP status toward the browser, for calls that were never answered. */
  readonly status: number;
  readonly reason: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Why, and what mends it. */
  readonly cause?: Cause | undefined;
  /** Which limit was met; for the log alone. */
  readonly limit?: string;
  /** When it is worth another try. */
  readonly retrySeconds?: number;
}

/**
 * The statuses are those for which the element has the right words. A fault of the owner, of the PBX or of the gateway
 * gets a 5xx: the trouble is on the other side, and there are other ways to reach the person.
 */
const catalogue = {
  answered: { status: 200, reason: 'OK' },
  cancelled: { status: 487, reason: 'Request Terminated' },
  // One answer for every address that is not on the list: a scanner learns nothing from it.
  'not-callable': { status: 403, reason: 'Forbidden' },
  // One answer for all reasons: the token is for another person, or for a call that was made already.
  'not-granted': { status: 403, reason: 'Forbidden' },
  // The tokens of the site are at fault, not the page that shows one.
  'token-refused': { status: 500, reason: 'Server Internal Error' },
  'bad-request': { status: 400, reason: 'Bad Request' },
  busy: { status: 486, reason: 'Busy Here' },
  declined: { status: 603, reason: 'Decline' },
  'no-answer': { status: 480, reason: 'Temporarily Unavailable' },
  // The site lists the person and its PBX does not, or the telephone is not connected: the address is right.
  'not-found': { status: 480, reason: 'Temporarily Unavailable' },
  'redirected-by-pbx': { status: 480, reason: 'Temporarily Unavailable' },
  'not-acceptable': { status: 502, reason: 'Bad Gateway' },
  'challenged-by-pbx': { status: 502, reason: 'Bad Gateway' },
  'refused-by-pbx': { status: 502, reason: 'Bad Gateway' },
  'pbx-failed': { status: 502, reason: 'Bad Gateway' },
  'pbx-unreachable': { status: 503, reason: 'Service Unavailable' },
  'domain-unresolvable': { status: 503, reason: 'Service Unavailable' },
  'setup-too-slow': { status: 503, reason: 'Service Unavailable' },
  // 488 blames the network of the visitor, which is at fault here alone.
  'media-failed': { status: 488, reason: 'Not Acceptable Here' },
  'relay-failed': { status: 503, reason: 'Service Unavailable' },
  'out-of-capacity': { status: 503, reason: 'Service Unavailable' },
  // One answer for all limits.
  'over-limit': { status: 503, reason: 'Service Unavailable' },
  'store-unavailable': { status: 503, reason: 'Service Unavailable' },
  'engine-away': { status: 503, reason: 'Service Unavailable' },
  stopping: { status: 503, reason: 'Service Unavailable' },
  internal: { status: 500, reason: 'Server Internal Error' },
} as const satisfies Record<string, { readonly status: 200 | RefusalStatus; readonly reason: string }>;

export type OutcomeCode = keyof typeof catalogue;

/** Outcomes that need no details to be explained. */
const plainCauses: { readonly [Code in OutcomeCode]?: Cause } = {
  cancelled: cause('cancelled'),
  'no-answer': cause('no-answer'),
  'out-of-capacity': cause('out-of-capacity'),
  'store-unavailable': cause('store-unavailable'),
  'engine-away': cause('engine-away'),
  stopping: cause('stopping'),
  internal: cause('internal'),
};

export function outcome(code: OutcomeCode, why: Cause | undefined = plainCauses[code]): Outcome {
  const level = code === 'internal' ? 'error' : isOwnersToMend(why) ? 'warn' : 'info';
  return { code, ...catalogue[code], level, ...(why && { cause: why }) };
}

function isOwnersToMend(why: Cause | undefined): boolean {
  return why?.mend !== undefined && why.side !== 'visitor' && why.side !== 'visitor-network';
}

/** What a call comes to for this cause. */
export function outcomeOf(why: Cause): Outcome {
  return outcome(causes[why.code].outcome, why);
}

/** Why an answered call ended: the text of the Reason header (RFC 3326) toward the side that is left. */
export type Ending =
  | 'hung-up-by-visitor'
  | 'hung-up-by-pbx'
  | 'visitor-lost'
  | 'pbx-lost'
  | 'media-failed'
  | 'media-lost'
  | 'engine-lost'
  | 'too-long'
  | 'minutes-spent'
  | 'stopping'
  | 'gateway-failed';

const endings: Record<Ending, { cause: EndingCause; text: string } | undefined> = {
  'hung-up-by-visitor': undefined,
  'hung-up-by-pbx': undefined,
  'visitor-lost': { cause: 480, text: 'The caller is gone' },
  'pbx-lost': { cause: 503, text: 'The other side is gone' },
  'media-failed': { cause: 503, text: 'No sound got through' },
  'media-lost': { cause: 503, text: 'The sound is gone' },
  'engine-lost': { cause: 503, text: 'The SIP engine is gone' },
  'too-long': { cause: 408, text: 'The longest call is over' },
  // The day's minutes are the owner's business.
  'minutes-spent': { cause: 408, text: 'The longest call is over' },
  stopping: { cause: 503, text: 'The gateway is stopping' },
  'gateway-failed': { cause: 500, text: 'The gateway failed' },
};

/** What a call that was not answered yet comes to when it is ended so. */
export function unansweredOutcome(ending: Ending): Outcome {
  return outcome(ending === 'stopping' || ending === 'gateway-failed' ? 'stopping' : 'cancelled');
}

/** Headers of the BYE with this ending. A side that hung up gets no explanation. */
export function reasonHeaders(ending: Ending): Record<string, string> {
  const reason = endings[ending];
  return reason ? { Reason: reasonOf(reason.cause, reason.text) } : {};
}

/**
 * The same of a call that never was established where `ending` is undefined: the cause of the outcome. An answer of the
 * PBX that cannot be used is 488 to it, whatever the browser gets.
 */
export function byeHeaders(why: Outcome, ending: Ending | undefined): Record<string, string> {
  if (ending) return reasonHeaders(ending);
  const { code, details } = why.cause ?? {};
  const text = [code, details?.detail].filter(Boolean).join(': ') || why.reason;
  const ofAnswer = code?.startsWith('sdp-') || code === 'visitor-lacks-codecs';
  return { Reason: reasonOf(ofAnswer ? 488 : why.status, text) };
}

/** A Reason (RFC 3326). What of the text a peer may have written is left out where it could do more than be read. */
export function reasonOf(cause: number, text: string): string {
  const plain = text.replace(/[^\w .,:=/+()-]/g, ' ').slice(0, LONGEST_TEXT);
  return `SIP;cause=${cause};text="${plain}"`;
}

const LONGEST_TEXT = 120;

/** Headers of a refusal: when it speaks of the moment, the browser may try again (RFC 3261 20.33). */
export function retryHeaders({ status, retrySeconds = 10 }: Outcome): Record<string, string> {
  return status === 503 ? { 'Retry-After': String(retrySeconds) } : {};
}

/** The same for a visitor whose call was taken: the cause and the side at fault, for the page to read. */
export function refusalHeaders(why: Outcome): Record<string, string> {
  const { code, side } = why.cause ?? {};
  return {
    ...retryHeaders(why),
    ...(code && { 'X-Sip-Call-Cause': side ? `${code};side=${side}` : code }),
  };
}
