// The INVITE client transaction (RFC 3261 17.1.1, with the Accepted state of RFC 6026 7.2) as a table.
// `Cancelling` is Proceeding after our CANCEL: RFC 3261 9.1 bounds the wait for the final response.
// `Abandoned` is Calling after a Timer B that was cut short: the caller was told and went elsewhere, but what
// was asked for so long may still be answered, and then has to be cancelled or ended.
// Timer C (RFC 3261 16.6) bounds Proceeding itself; the RFC leaves that to proxies, a server needs it too.

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

/** `deliver` hands the response to the user; `expire` asks the user to cancel; `timeOut` and `fail` end it. */
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
      // Deviation: a response could still come on a connection that the peer opens (18.2.2). A caller
      // who is told at once that the path is gone can try another; one who waits for timer C cannot.
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
      // RFC 6026 7.2: every 2xx goes up: retransmissions to be ACKed again, other forks to be released.
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
