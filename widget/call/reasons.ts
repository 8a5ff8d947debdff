// From the words of SIP to the reasons a page knows: final statuses (RFC 3261 21) and the Reason header of a
// BYE (RFC 3326). Says nothing to people; locales/ does.
import type { EndReason } from './call-store.ts';

const byStatus: Readonly<Record<number, EndReason>> = {
  403: 'not-found',
  404: 'not-found',
  410: 'not-found',
  416: 'not-found',
  484: 'not-found',
  485: 'not-found',
  604: 'not-found',
  486: 'busy',
  600: 'busy',
  603: 'declined',
  607: 'declined',
  608: 'declined',
  408: 'no-answer',
  480: 'no-answer',
  // Not our own CANCEL, which never gets here: the other side gave up ringing.
  487: 'no-answer',
  415: 'media-failed',
  488: 'media-failed',
  606: 'media-failed',
};

/** Why an INVITE was refused. */
export function reasonForStatus(status: number): EndReason {
  return byStatus[status] ?? (status >= 500 && status < 600 ? 'server-unreachable' : 'failed');
}

/** Why a BYE came: a person hung up, or the gateway says that the path died under the call. */
export function reasonForBye(header: string | undefined): EndReason {
  // RFC 3326 2: several values, each a protocol with its own causes; only SIP's are statuses.
  const cause = Number(/(?:^|,)\s*SIP\s*;[^,]*?\bcause\s*=\s*(\d{3})/i.exec(header ?? '')?.[1]);
  return cause === 408 || (cause >= 500 && cause < 600) ? 'call-dropped' : 'remote-hung-up';
}
