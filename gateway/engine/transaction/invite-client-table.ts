// The INVITE client transaction (RFC 3261 17.1.1, with the Accepted state of RFC 6026 7.2) as a table. `Cancelling` is
// Proceeding after our CANCEL: RFC 3261 9.1 limits the wait for the final response. `Abandoned` is Calling after a
// shortened Timer B: the caller already has a failure and tries elsewhere, but a late answer is still possible and then
// must be cancelled or ended. Timer C (RFC 3261 16.6) limits Proceeding. The RFC requires it only for proxies, but a
// server needs it too.

import { defineTable } from './table.ts';

export const inviteClientStates = [
  'Calling',
  'Abandoned',
  'Proceeding',
  'Cancelling',
  'Accepted',
  'Completed',
  'Terminated',
] as const;
export type InviteClientState = (typeof inviteClientStates)[number];

export const inviteClientInputs = [
  'provisional',
  'success',
  'failure',
  'cancelled',
  'timerA',
  'timerB',
  'timerC',
  'timerD',
  'timerM',
  'transportError',
] as const;
export type InviteClientInput = (typeof inviteClientInputs)[number];

/** `deliver` passes the response to the user; `expire` requests a cancel from the user; `timeOut` and `fail` end it. */
export type InviteClientAction =
  | 'deliver'
  | 'resend'
  | 'acknowledge'
  | 'expire'
  | 'timeOut'
  | 'fail'
  | 'stopA'
  | 'backOffA'
  | 'startB'
  | 'startC'
  | 'startD'
  | 'startM'
  | 'lingerForLate';

export const inviteClientTable = defineTable<InviteClientState, InviteClientInput, InviteClientAction>(
  inviteClientStates,
  inviteClientInputs,
  {
    Calling: {
      timerA: ['Calling', 'resend', 'backOffA'],
      timerB: ['Abandoned', 'stopA', 'timeOut', 'lingerForLate'],
      transportError: ['Terminated', 'fail'],
      provisional: ['Proceeding', 'stopA', 'startC', 'deliver'],
      success: ['Accepted', 'stopA', 'startM', 'deliver'],
      failure: ['Completed', 'stopA', 'acknowledge', 'deliver', 'startD'],
    },
    Abandoned: {
      provisional: ['Abandoned', 'deliver'],
      success: ['Accepted', 'startM', 'deliver'],
      failure: ['Completed', 'acknowledge', 'startD'],
      cancelled: ['Cancelling', 'startB'],
      timerM: ['Terminated'],
      transportError: ['Terminated'],
    },
    Proceeding: {
      provisional: ['Proceeding', 'startC', 'deliver'],
      success: ['Accepted', 'startM', 'deliver'],
      failure: ['Completed', 'acknowledge', 'deliver', 'startD'],
      cancelled: ['Cancelling', 'startB'],
      timerC: ['Proceeding', 'expire'],
      // Deviation: a response could still arrive on a connection that the peer opens (18.2.2). A caller that gets an
      // immediate error can try another target; a caller that waits for timer C cannot.
      transportError: ['Terminated', 'fail'],
    },
    Cancelling: {
      provisional: ['Cancelling', 'deliver'],
      success: ['Accepted', 'startM', 'deliver'],
      failure: ['Completed', 'acknowledge', 'deliver', 'startD'],
      timerB: ['Terminated', 'timeOut'],
      transportError: ['Terminated', 'fail'],
    },
    Accepted: {
      // RFC 6026 7.2: every 2xx goes to the user: a retransmission needs another ACK, another fork needs a release.
      success: ['Accepted', 'deliver'],
      timerM: ['Terminated'],
    },
    Completed: {
      failure: ['Completed', 'acknowledge'],
      timerD: ['Terminated'],
      transportError: ['Terminated'],
    },
    Terminated: {},
  },
);
