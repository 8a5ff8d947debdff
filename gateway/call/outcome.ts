// The catalogue of ways in which a call ends: what the browser is told, how it is logged, how it is counted.
// What a PBX says in words never crosses; its status maps to one of these.

export interface Outcome {
  /** Stable name for logs and metrics. */
  readonly code: string;
  /** SIP status toward the browser, for calls that were never answered. */
  readonly status: number;
  readonly reason: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Which limit was met; for the log alone. */
  readonly limit?: string;
  /** When it is worth another try. */
  readonly retrySeconds?: number;
}

const catalogue = {
  answered: { status: 200, reason: 'OK', level: 'info' },
  cancelled: { status: 487, reason: 'Request Terminated', level: 'info' },
  // One answer for every address that is not on the list: a scanner learns nothing from it.
  'not-callable': { status: 403, reason: 'Forbidden', level: 'info' },
  // The same to whoever asks: the token was for somebody else, or for a call that was made already.
  'not-granted': { status: 403, reason: 'Forbidden', level: 'info' },
  'bad-request': { status: 400, reason: 'Bad Request', level: 'info' },
  'not-acceptable': { status: 488, reason: 'Not Acceptable Here', level: 'info' },
  busy: { status: 486, reason: 'Busy Here', level: 'info' },
  declined: { status: 603, reason: 'Decline', level: 'info' },
  'no-answer': { status: 480, reason: 'Temporarily Unavailable', level: 'info' },
  'not-found': { status: 404, reason: 'Not Found', level: 'info' },
  'challenged-by-pbx': { status: 403, reason: 'Forbidden', level: 'warn' },
  'redirected-by-pbx': { status: 480, reason: 'Temporarily Unavailable', level: 'warn' },
  'refused-by-pbx': { status: 480, reason: 'Temporarily Unavailable', level: 'warn' },
  'pbx-unreachable': { status: 503, reason: 'Service Unavailable', level: 'warn' },
  'domain-unresolvable': { status: 503, reason: 'Service Unavailable', level: 'warn' },
  'setup-too-slow': { status: 503, reason: 'Service Unavailable', level: 'warn' },
  'media-failed': { status: 488, reason: 'Not Acceptable Here', level: 'warn' },
  'out-of-capacity': { status: 503, reason: 'Service Unavailable', level: 'warn' },
  // The same to whoever asks, whichever limit it was.
  'over-limit': { status: 503, reason: 'Service Unavailable', level: 'info' },
  'engine-away': { status: 503, reason: 'Service Unavailable', level: 'warn' },
  stopping: { status: 503, reason: 'Service Unavailable', level: 'info' },
  internal: { status: 500, reason: 'Server Internal Error', level: 'error' },
} as const satisfies Record<string, Omit<Outcome, 'code'>>;

export type OutcomeCode = keyof typeof catalogue;

export function outcome(code: OutcomeCode): Outcome {
  return { code, ...catalogue[code] };
}

/** What a PBX's final refusal means to the person who called. */
export function outcomeOfStatus(status: number): Outcome {
  return outcome(codeOfStatus(status));
}

function codeOfStatus(status: number): OutcomeCode {
  if (status < 400) return 'redirected-by-pbx';
  switch (status) {
    case 401:
    case 407:
      return 'challenged-by-pbx';
    case 404:
    case 410:
    case 484:
    case 604:
      return 'not-found';
    case 486:
    case 600:
      return 'busy';
    case 603:
      return 'declined';
    case 408:
    case 480:
    case 487:
      return 'no-answer';
    case 415:
    case 488:
    case 606:
      return 'not-acceptable';
    default:
      return status >= 500 && status < 600 ? 'pbx-unreachable' : 'refused-by-pbx';
  }
}

/** Why a call that was answered ended: the text of the Reason header (RFC 3326) toward whoever is left. */
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

const endings: Record<Ending, { cause: number; text: string } | undefined> = {
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

/** Headers of the BYE that tells of this ending. Who hung up needs no explanation. */
export function reasonHeaders(ending: Ending): Record<string, string> {
  const reason = endings[ending];
  return reason ? { Reason: reasonOf(reason.cause, reason.text) } : {};
}

/** The same of a call that never was established where `ending` is undefined; `cause` is why in particular. */
export function byeHeaders(why: Outcome, ending: Ending | undefined, cause?: string): Record<string, string> {
  return ending ? reasonHeaders(ending) : { Reason: reasonOf(why.status, cause ?? why.reason) };
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
