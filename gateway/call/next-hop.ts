// Where a request is sent, in the form that drachtio takes: `proxy` of an INVITE or an OPTIONS.

import type { Target } from '../resolver/target.ts';

/**
 * The next hop as a URI. RFC 5922 7.2: over TLS the certificate is verified against the domain that was called,
 * wherever DNS led, so the URI bears the domain, and `maddr` the address.
 */
export function nextHop({ transport, address, port, domain }: Target): string {
  const literal = address.includes(':') ? `[${address}]` : address;
  return transport === 'tls'
    ? `sip:${domain}:${port};transport=tls;maddr=${literal}`
    : `sip:${literal}:${port};transport=${transport}`;
}
