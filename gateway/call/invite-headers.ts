// The headers of requests to the PBX. None is copied from the browser: each is written here.

import type { Destination } from '../directory/directory.ts';
import { ALLOW_INFO } from './in-dialog-requests.ts';
import type { PageContext } from './page-context.ts';

/** RFC 3261 18.1.1: what is larger wants TCP, and a PBX need not have it. */
const DATAGRAM = 1300;
/** Bytes of an INVITE beside its SDP and a visit, at least and at most. */
const ENVELOPE = { least: 491, most: 741 };

/**
 * Headers of the INVITE toward the PBX. The caller is anonymous (RFC 3323 4.1.1.3). The display name has the site that
 * the call comes from. `X-Sip-Call` is the identifier of the call in the gateway's log. `address` is the visitor's: the
 * PBX receives packets of the gateway alone. Address and page are added while they fit into a datagram: `offer` is the
 * size of the SDP in bytes, and a larger INVITE needs TCP.
 */
export function inviteHeaders(
  destination: Destination,
  callId: string,
  { page, utm, referrer }: PageContext,
  offer: number,
  address?: string,
): Record<string, string> {
  return {
    From: `"${destination.domain} visitor" <sip:anonymous@anonymous.invalid>`,
    To: `<${destination.uri}>`,
    'User-Agent': 'sip-call',
    // RFC 3261 13.2.1; what is Supported depends on the server (extensions.ts).
    Allow: ALLOW_INFO,
    'X-Sip-Call': callId,
    ...roomyHeaders({ Address: address, Page: page, Utm: utm, Referrer: referrer }, offer),
  };
}

/** The first ones first. */
function roomyHeaders(
  values: Readonly<Record<string, string | undefined>>,
  offer: number,
): Record<string, string> {
  const headers: Record<string, string> = {};
  const tooLargeAnyway = offer + ENVELOPE.least > DATAGRAM;
  let left = tooLargeAnyway ? Number.POSITIVE_INFINITY : DATAGRAM - ENVELOPE.most - offer;
  for (const [name, value] of Object.entries(values)) {
    const line = `X-Sip-Call-${name}: ${value}\r\n`;
    if (!value || line.length > left) continue;
    headers[`X-Sip-Call-${name}`] = value;
    left -= line.length;
  }
  return headers;
}

/** Headers of the OPTIONS that asks a domain's server whether it is there; it speaks for no visitor. */
export function optionsHeaders(domain: string): Record<string, string> {
  return {
    From: '<sip:anonymous@anonymous.invalid>',
    To: `<sip:${domain}>`,
    'User-Agent': 'sip-call',
    Accept: 'application/sdp',
  };
}
