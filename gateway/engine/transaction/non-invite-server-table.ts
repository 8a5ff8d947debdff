// The non-INVITE server transaction (RFC 3261 17.2.2) as a table.

import { defineTable } from './table.ts';

export const nonInviteServerStates = ['Trying', 'Proceeding', 'Completed', 'Terminated'] as const;
export type NonInviteServerState = (typeof nonInviteServerStates)[number];

/** `request` is the peer's retransmission. `provisional` and `final` come from the user. */
export const nonInviteServerInputs = ['request', 'provisional', 'final', 'timerJ', 'transportError'] as const;
export type NonInviteServerInput = (typeof nonInviteServerInputs)[number];

export type NonInviteServerAction = 'send' | 'resend' | 'fail' | 'startJ';

export const nonInviteServerTable = defineTable<
  NonInviteServerState,
  NonInviteServerInput,
  NonInviteServerAction
>(nonInviteServerStates, nonInviteServerInputs, {
  Trying: {
    provisional: ['Proceeding', 'send'],
    final: ['Completed', 'send', 'startJ'],
    transportError: ['Terminated', 'fail'],
  },
  Proceeding: {
    request: ['Proceeding', 'resend'],
    provisional: ['Proceeding', 'send'],
    final: ['Completed', 'send', 'startJ'],
    transportError: ['Terminated', 'fail'],
  },
  Completed: {
    request: ['Completed', 'resend'],
    timerJ: ['Terminated'],
    transportError: ['Terminated', 'fail'],
  },
  Terminated: {},
});
