// CSeq (RFC 3261 20.16): orders the requests of a dialog, and links an ACK to its INVITE.

import { isToken, isWhitespace, parseDecimal, skipWhitespace } from './grammar.ts';

export interface CSeq {
  readonly number: number;
  readonly method: string;
}

/** RFC 3261 8.1.1.5: the sequence number MUST be less than 2**31. */
const MAX_CSEQ = 2 ** 31 - 1;

export function parseCSeq(value: string): CSeq | undefined {
  let numberEnd = 0;
  while (numberEnd < value.length && !isWhitespace(value.charCodeAt(numberEnd))) numberEnd++;
  const number = parseDecimal(value.slice(0, numberEnd), MAX_CSEQ);
  const method = value.slice(skipWhitespace(value, numberEnd));
  return number === undefined || !isToken(method) ? undefined : { number, method };
}
