// New messages from parts. The layers above decide which fields they contain, except for those that RFC 3261 8.2.6
// copies into every response.

import { tagOf, withTag } from './address.ts';
import { HeaderList } from './headers.ts';
import { type HeaderField, NO_BODY, type SipRequest, type SipResponse } from './message.ts';
import { reasonPhrase } from './reasons.ts';

export function createRequest(
  method: string,
  uri: string,
  fields: Iterable<readonly [name: string, value: string]>,
  body: Buffer = NO_BODY,
): SipRequest {
  return { kind: 'request', method, uri, headers: new HeaderList(fields), body };
}

/**
 * RFC 3261 8.2.6: copies every Via in order, From, To, Call-ID and CSeq unchanged; a 100 also gets the request's
 * Timestamp. Adds `toTag` unless To has a tag, or the response is a 100 without a dialog. Fields that the request lacks
 * are left out.
 */
export function createResponse(
  request: SipRequest,
  status: number,
  reason: string = reasonPhrase(status),
  toTag?: string,
): SipResponse {
  const fields: HeaderField[] = [];
  for (const { name, value } of request.headers) {
    if (name === 'To') {
      const tagged = toTag !== undefined && status > 100 && tagOf(value) === undefined;
      fields.push({ name, value: tagged ? withTag(value, toTag) : value });
    } else if (COPIED.has(name) || (status === 100 && name === 'Timestamp')) fields.push({ name, value });
  }
  return { kind: 'response', status, reason, headers: HeaderList.adopt(fields), body: NO_BODY };
}

const COPIED: ReadonlySet<string> = new Set(['Via', 'From', 'Call-ID', 'CSeq']);
