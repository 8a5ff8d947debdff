// The ACK of a failure response, which the transaction sends (RFC 3261 17.1.1.3). The dialog sends the ACK of a 2xx:
// see dialog/.

import { createRequest } from '../message/compose.ts';
import { parseCSeq } from '../message/cseq.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';

export function composeFailureAck(invite: SipRequest, response: SipResponse): SipRequest {
  const { headers } = invite;
  // "The ACK MUST contain a single Via header field, and this MUST be equal to the top Via header field of the original
  // request". To is that of the response, with its tag.
  const fields: [string, string][] = [['Via', headers.get('Via')!]];
  for (const route of headers.all('Route')) fields.push(['Route', route]);
  fields.push(
    ['Max-Forwards', '70'],
    ['From', headers.get('From')!],
    ['To', response.headers.get('To') ?? headers.get('To')!],
    ['Call-ID', headers.get('Call-ID')!],
    ['CSeq', `${parseCSeq(headers.get('CSeq')!)!.number} ACK`],
  );
  return createRequest('ACK', invite.uri, fields);
}
