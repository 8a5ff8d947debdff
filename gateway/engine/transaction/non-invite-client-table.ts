// The non-INVITE client transaction (RFC 3261 17.1.2) as a table.

import { defineTable } from './table.ts';

export const nonInviteClientStates = ['Trying', 'Proceeding', 'Completed', 'Terminated'] as const;
export type NonInviteClientState = (typeof nonInviteClientStates)[number];

export const nonInviteClientInputs = [
  'provisional',
  'final',
  'timerE',
  'timerF',
  'timerK',
  'transportError',
] as const;
export type NonInviteClientInput = (typeof nonInviteClientInputs)[number];

export type NonInviteClientAction =
  | 'deliver'
  | 'resend'
  | 'timeOut'
  | 'fail'
  | 'stopE'
  | 'backOffE'
  | 'slowE'
  | 'startK';

export const nonInviteClientTable = defineTable<
  NonInviteClientState,
  NonInviteClientInput,
  NonInviteClientAction
>(nonInviteClientStates, nonInviteClientInputs, {
  Trying: {
    timerE: ['Trying', 'resend', 'backOffE'],
    timerF: ['Terminated', 'timeOut'],
    transportError: ['Terminated', 'fail'],
    provisional: ['Proceeding', 'deliver'],
    final: ['Completed', 'stopE', 'deliver', 'startK'],
  },
  Proceeding: {
    // 17.1.2.2: after a provisional the request is still retransmitted, at T2.
    timerE: ['Proceeding', 'resend', 'slowE'],
    timerF: ['Terminated', 'timeOut'],
    transportError: ['Terminated', 'fail'],
    provisional: ['Proceeding', 'deliver'],
    final: ['Completed', 'stopE', 'deliver', 'startK'],
  },
  Completed: { timerK: ['Terminated'], transportError: ['Terminated'] },
  Terminated: {},
});
