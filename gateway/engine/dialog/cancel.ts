// The CANCEL of an INVITE (RFC 3261 9.1), ours or one that stands for a peer that vanished.

import { createRequest } from '../message/compose.ts';
import { parseCSeq } from '../message/cseq.ts';
import type { SipRequest } from '../message/message.ts';

export function composeCancel(
  invite: SipRequest,
  extra: Iterable<readonly [name: string, value: string]>,
): SipRequest {
  const { headers } = invite;
  // "The Request-URI, Call-ID, To, the numeric part of CSeq, and From header fields in the CANCEL request
  // MUST be identical"; one Via, equal to the top one, and the same Route.
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
