// `sip`: from the application to the network. Determines the kind of message, in the same order as drachtio-server.

import { dialogId } from '../dialog/dialog.ts';
import type { UserAgent } from '../dialog/user-agent.ts';
import { tagOf } from '../message/address.ts';
import type { SipRequest } from '../message/message.ts';
import type { AppConnection, AppFrame } from './app-connection.ts';
import { readAppMessage } from './app-message.ts';
import { sendCancel } from './out-cancel.ts';
import { sendInDialog } from './out-in-dialog.ts';
import { sendOutOfDialog } from './out-of-dialog.ts';
import { sendResponse } from './out-response.ts';
import type { VerbDependencies } from './verb-dependencies.ts';

export function sipOut(dependencies: VerbDependencies, connection: AppConnection, frame: AppFrame): void {
  const { agent, cdr } = dependencies;
  const read = readAppMessage(frame.message ?? Buffer.alloc(0));
  if (typeof read === 'string') {
    connection.reply(frame, `NOK|${read}`);
    return;
  }
  const { message, fields } = read;
  const [transactionId = '', dialog = ''] = frame.fields;
  if (message.kind === 'response') sendResponse(dependencies, connection, frame, message, fields);
  else if (dialog !== '') {
    sendInDialog(agent, cdr, connection, frame, named(agent, connection, dialog, message), message, fields);
  } else if (transactionId !== '') {
    if (message.method === 'CANCEL') sendCancel(agent, connection, frame, fields);
    else connection.reply(frame, 'NOK|a request with a transaction id can only be a CANCEL');
  } else {
    const known = ownDialog(agent, connection, message);
    if (known !== undefined) sendInDialog(agent, cdr, connection, frame, known, message, fields);
    else sendOutOfDialog(dependencies, connection, frame, message, fields);
  }
}

/** The forks of an INVITE share one dialog id. The To of a PRACK may name the fork. */
function named(agent: UserAgent, connection: AppConnection, id: string, request: SipRequest) {
  const dialog = agent.dialogs.named(id, connection);
  const tag = request.method === 'PRACK' ? tagOf(request.headers.get('To') ?? '') : undefined;
  return (tag !== undefined && dialog?.outgoingInvite?.fork(tag)) || dialog;
}

/** An application may name a dialog by Call-ID and From tag instead. A BYE with credentials does this. */
function ownDialog(agent: UserAgent, connection: AppConnection, request: SipRequest) {
  const callId = request.headers.get('Call-ID');
  const tag = tagOf(request.headers.get('From') ?? '');
  if (callId === undefined || tag === undefined) return undefined;
  const dialog = agent.dialogs.named(dialogId(callId, tag), connection);
  return dialog?.state === 'Confirmed' && dialog.owner === connection ? dialog : undefined;
}
