// `sip|txnId|` with a response: the application's answer to a request from the network.

import { IncomingInvite } from '../dialog/incoming-invite.ts';
import { tagOf } from '../message/address.ts';
import type { SipResponse } from '../message/message.ts';
import type { AppConnection, AppFrame } from './app-connection.ts';
import { fillFields, typed } from './placeholders.ts';
import { sentResponse } from './sip-fields.ts';
import type { VerbDependencies } from './verb-dependencies.ts';

export function sendResponse(
  dependencies: VerbDependencies,
  connection: AppConnection,
  frame: AppFrame,
  response: SipResponse,
  fields: [string, string][],
): void {
  const { agent, cdr, registrations } = dependencies;
  const transactionId = frame.fields[0] ?? '';
  if (transactionId === '') {
    connection.reply(frame, 'NO|transaction id missing');
    connection.close();
    return;
  }
  const incoming = agent.incoming(transactionId);
  if (incoming === undefined) {
    connection.reply(frame, 'NOK|Response not sent due to unknown transaction');
    return;
  }
  const { flow } = incoming;
  const { body } = response;
  const place = { hostPort: agent.hostPortFor(flow), transport: flow.transport };
  const sent = incoming.respond({
    status: response.status,
    reason: response.reason === '' ? undefined : response.reason,
    fields: fillFields(typed(fields, body) ?? fields, place),
    body,
    toTag: chosenTag(response.headers.get('To') ?? ''),
  });
  if (typeof sent === 'string') connection.reply(frame, `NOK|${sent}`);
  else {
    const head = sentResponse(sent, transactionId, incoming.dialogId, agent.timers.clock.date());
    connection.reply(frame, head, sent.bytes);
    if (response.status >= 200 && response.status < 300) {
      registrations.accepted(incoming.request, response, flow);
    }
    if (!(incoming instanceof IncomingInvite) || incoming.inDialog) return;
    if (response.status >= 300) cdr.fail('application', response.status, sent.bytes);
    else if (response.status >= 200) cdr.start('application', 'uas', sent.bytes);
  }
}

/** The tag that an application wrote into To. A value that is not a tag is not sent. */
function chosenTag(to: string): string | undefined {
  const tag = tagOf(to);
  return tag !== undefined && /^[^\s;,<>"|]+$/.test(tag) ? tag : undefined;
}
