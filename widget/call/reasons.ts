// Maps SIP to the reasons that a page gets: final statuses (RFC 3261 21), failures without one, and the Reason header of
// a BYE (RFC 3326). The words for visitors are in locales/.
import type { RefusalStatus } from '../../contract/sip.ts';
import type { EndReason } from './call-store.ts';
import type { EndEvent } from './jssip.ts';

/** The gateway's statuses that say more than that a request or a server failed. */
type RefusedByPerson = Exclude<RefusalStatus, 400 | 500 | 502 | 503>;

const reasonByStatus: Readonly<Record<number, EndReason> & Record<RefusedByPerson, EndReason>> = {
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
  // The other side stopped ringing. Our own CANCEL never gets here.
  487: 'no-answer',
  415: 'media-failed',
  488: 'media-failed',
  606: 'media-failed',
};

/** Why an INVITE was refused. */
export function reasonForStatus(status: number): EndReason {
  return reasonByStatus[status] ?? (status >= 500 && status < 600 ? 'server-unreachable' : 'failed');
}

/**
 * Why a call failed before it was answered. JsSIP reports "Canceled" for its own time-outs and transport errors too, so
 * these are distinguished here.
 */
export function reasonForFailure(
  { message, originator }: EndEvent,
  connected: boolean,
  mediaFailed: boolean,
): EndReason {
  if (message && 'status_code' in message) {
    // A 200 is a failure when the browser could not use its SDP.
    return message.status_code < 300 ? 'media-failed' : reasonForStatus(message.status_code);
  }
  if (!connected) return 'gateway-unreachable';
  if (mediaFailed) return 'media-failed';
  return originator === 'local' ? 'server-unreachable' : 'failed';
}

/** Why a BYE came: a person hung up, or the gateway reports that the connection to the PBX was lost. */
export function reasonForBye(header: string | undefined): EndReason {
  // RFC 3326 2: several values, each a protocol with its own causes; only SIP's are statuses.
  const cause = Number(/(?:^|,)\s*SIP\s*;[^,]*?\bcause\s*=\s*(\d{3})/i.exec(header ?? '')?.[1]);
  return cause === 408 || (cause >= 500 && cause < 600) ? 'call-dropped' : 'remote-hung-up';
}
