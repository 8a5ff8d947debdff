// `sip|txnId|` with a CANCEL: the application cancels its own INVITE.

import { randomUUID } from 'node:crypto';
import type { UserAgent } from '../dialog/user-agent.ts';
import type { AppConnection, AppFrame } from './app-connection.ts';
import { sentRequest } from './sip-fields.ts';

export function sendCancel(
  agent: UserAgent,
  connection: AppConnection,
  frame: AppFrame,
  fields: [string, string][],
): void {
  const transactionId = frame.fields[0] ?? '';
  // The engine builds the CANCEL from the INVITE. Only the explanatory fields come from the application.
  const sent = agent.outgoingInvite(transactionId)?.cancel(fields);
  if (sent === undefined) {
    connection.reply(frame, `NOK|unable to cancel unknown transaction id: ${transactionId}`);
  } else connection.reply(frame, sentRequest(sent, randomUUID(), agent.timers.clock.date()), sent.bytes);
}
