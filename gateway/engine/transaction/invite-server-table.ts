// The INVITE server transaction (RFC 3261 17.2.1, with the Accepted state of RFC 6026 7.1) as a table.
// The 2xx is retransmitted by the transaction user, which passes each one through `success`.

import { defineTable } from './table.ts';

export const inviteServerStates = ['Proceeding', 'Completed', 'Confirmed', 'Accepted', 'Terminated'] as const;
export type InviteServerState = (typeof inviteServerStates)[number];

/** `provisional`, `success`, `failure` come from the user, `invite` and `ack` from the peer. */
export const inviteServerInputs = [
  'invite',
  'ack',
  'provisional',
  'success',
  'failure',
  'timerG',
  'timerH',
  'timerI',
  'timerL',
  'transportError',
] as const;
export type InviteServerInput = (typeof inviteServerInputs)[number];

export type InviteServerAction =
  | 'send'
  | 'resend'
  | 'deliverAck'
  | 'timeOut'
  | 'fail'
  | 'startG'
  | 'backOffG'
  | 'stopG'
  | 'startH'
  | 'startI'
  | 'startL';

export const inviteServerTable = defineTable<InviteServerState, InviteServerInput, InviteServerAction>(
  inviteServerStates,
  inviteServerInputs,
  {
    Proceeding: {
      invite: ['Proceeding', 'resend'],
      provisional: ['Proceeding', 'send'],
      success: ['Accepted', 'startL', 'send'],
      failure: ['Completed', 'startG', 'startH', 'send'],
      transportError: ['Terminated', 'fail'],
    },
    Completed: {
      invite: ['Completed', 'resend'],
      timerG: ['Completed', 'resend', 'backOffG'],
      timerH: ['Terminated', 'timeOut'],
      ack: ['Confirmed', 'stopG', 'startI'],
      transportError: ['Terminated', 'fail'],
    },
    Confirmed: { timerI: ['Terminated'] },
    Accepted: {
      // RFC 6026 7.1: a retransmitted INVITE is absorbed, and the ACK goes to the user.
      success: ['Accepted', 'send'],
      ack: ['Accepted', 'deliverAck'],
      timerL: ['Terminated'],
      transportError: ['Accepted', 'fail'],
    },
    Terminated: {},
  },
);
