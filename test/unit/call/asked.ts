// What is asked within a call, beside offers and BYE, and what the gateway has to say to it.

import type { SipRequest } from '../../../gateway/engine/message/message.ts';
import type { RawPeer } from '../../support/raw-peer.ts';

export interface Asked {
  readonly what: string;
  readonly method: string;
  readonly status: number;
  readonly body?: string;
  readonly type?: string;
  readonly headers?: readonly string[];
}

const FAST_UPDATE =
  '<media_control><vc_primitive><to_encoder><picture_fast_update/></to_encoder></vc_primitive></media_control>';

/** What is asked within a call, and answered by the gateway itself. */
export const asked: readonly Asked[] = [
  { what: 'an INFO without a body', method: 'INFO', status: 200 },
  {
    what: 'an INFO of a package',
    method: 'INFO',
    status: 469,
    headers: ['Info-Package: foo'],
    body: 'x',
    type: 'a/b',
  },
  { what: 'an INFO of no type that we know', method: 'INFO', status: 415, body: 'x', type: 'text/plain' },
  {
    what: 'an INFO that asks for a picture',
    method: 'INFO',
    status: 415,
    body: FAST_UPDATE,
    type: 'application/media_control+xml',
  },
  { what: 'OPTIONS', method: 'OPTIONS', status: 200 },
  { what: 'a MESSAGE', method: 'MESSAGE', status: 405, body: 'hello', type: 'text/plain' },
  { what: 'a REFER', method: 'REFER', status: 603, headers: ['Refer-To: <sip:a@b.example>'] },
  { what: 'a NOTIFY', method: 'NOTIFY', status: 489, headers: ['Event: talk', 'Subscription-State: active'] },
  { what: 'a SUBSCRIBE', method: 'SUBSCRIBE', status: 489, headers: ['Event: dialog'] },
  {
    what: 'a SUBSCRIBE that ends',
    method: 'SUBSCRIBE',
    status: 489,
    headers: ['Event: dialog', 'Expires: 0'],
  },
  { what: 'a PUBLISH', method: 'PUBLISH', status: 405, headers: ['Event: presence'] },
  { what: 'an UPDATE without an offer', method: 'UPDATE', status: 200 },
];

/** Sent by the callee, with more than a RawPeer writes. */
export function fromPbx(
  pbx: RawPeer,
  invite: SipRequest,
  { method, body = '', type, headers = [] }: Asked,
  cseq: number,
): void {
  const contact = /<([^>]*)>/.exec(invite.headers.get('Contact') ?? '')?.[1];
  pbx.send(
    [
      `${method} ${contact} SIP/2.0`,
      `Via: SIP/2.0/UDP ${pbx.address}:${pbx.port};branch=z9hG4bK${method}${cseq}${invite.headers.get('Call-ID')};rport`,
      'Max-Forwards: 70',
      `From: ${invite.headers.get('To')};tag=peer`,
      `To: ${invite.headers.get('From')}`,
      `Call-ID: ${invite.headers.get('Call-ID')}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:peer@${pbx.address}:${pbx.port}>`,
      ...headers,
      ...(body ? [`Content-Type: ${type}`] : []),
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
