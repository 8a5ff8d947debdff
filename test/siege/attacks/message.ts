// Writes one SIP message of an attacker: valid except for the given changes.

import { randomBytes } from 'node:crypto';

export interface MessageOptions {
  readonly to?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly rport?: boolean;
  readonly cseq?: number;
}

/** A request; with an empty method a response, whose status line `uri` completes. */
export function message(
  method: string,
  uri: string,
  transport: string,
  sentBy: string,
  options: MessageOptions = {},
): Buffer {
  const { to = `<${uri}>`, headers = [], body = '', rport = true, cseq = 1 } = options;
  const id = randomBytes(8).toString('hex');
  return Buffer.from(
    [
      method ? `${method} ${uri} SIP/2.0` : `SIP/2.0 ${uri}`,
      `Via: SIP/2.0/${transport} ${sentBy}${rport ? ';rport' : ''};branch=z9hG4bK${id}`,
      ...(method ? ['Max-Forwards: 70'] : []),
      `From: <sip:${id}@attacker.invalid>;tag=${id}`,
      `To: ${to}`,
      `Call-ID: ${id}`,
      `CSeq: ${cseq} ${method || 'BYE'}`,
      `Contact: <sip:${id}@${sentBy}>`,
      ...headers,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
