// The CANCEL of an INVITE (RFC 3261 9.1): of an outgoing INVITE, or in place of a peer whose connection was lost.

import { createRequest } from '../message/compose.ts';
import { parseCSeq } from '../message/cseq.ts';
import type { SipRequest } from '../message/message.ts';
import type { InviteClientTransaction } from '../transaction/invite-client.ts';
import type { TransactionLayer } from '../transaction/transaction-layer.ts';

export function composeCancel(
  invite: SipRequest,
  extra: Iterable<readonly [name: string, value: string]>,
): SipRequest {
  const { headers } = invite;
  // "The Request-URI, Call-ID, To, the numeric part of CSeq, and From header fields in the CANCEL request MUST be
  // identical". One Via, equal to the top one, and the same Route.
  const fields: (readonly [string, string])[] = [['Via', headers.get('Via')!]];
  for (const route of headers.all('Route')) fields.push(['Route', route]);
  fields.push(
    ['Max-Forwards', '70'],
    ['From', headers.get('From')!],
    ['To', headers.get('To')!],
    ['Call-ID', headers.get('Call-ID')!],
    ['CSeq', `${parseCSeq(headers.get('CSeq')!)!.number} CANCEL`],
    ...extra,
  );
  return createRequest('CANCEL', invite.uri, fields);
}

export function sendCancel(
  transactions: TransactionLayer,
  invite: InviteClientTransaction,
  cancel: SipRequest,
  bytes: Buffer,
): void {
  // RFC 3261 9.1: the branch is that of the INVITE, but CANCEL has a separate transaction.
  const branch = invite.key.slice(0, invite.key.indexOf(' '));
  transactions.request(cancel, bytes, branch, invite.flow, ignored);
}

/** The outcome of a CANCEL is ignored: the final response of the INVITE shows whether it worked. */
const ignored = { received(): void {}, timedOut(): void {}, transportFailed(): void {} };
