// Which headers go to the PBX. None is copied from the browser: each is written here.

import type { Destination } from './directory.ts';

/**
 * Headers of the INVITE toward the PBX. The caller stays anonymous (RFC 3323 4.1.1.3); the display name
 * tells the person at the desk which page the call comes from; `X-Sip-Call` is the same identifier
 * that the gateway's logs carry.
 */
export function inviteHeaders(destination: Destination, callId: string): Record<string, string> {
  return {
    From: `"${destination.domain} visitor" <sip:anonymous@anonymous.invalid>`,
    To: `<${destination.uri}>`,
    'User-Agent': 'sip-call',
    'X-Sip-Call': callId,
  };
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
