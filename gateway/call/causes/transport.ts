// Causes on the way to a PBX: no connection, no answer, a TLS certificate that is not accepted.

import type { CauseEntry } from './entry.ts';

export const transportCauses = {
  // The way to the PBX.
  'pbx-refuses-connection': {
    outcome: 'pbx-unreachable',
    side: 'pbx',
    says: '{server} refuses the connection: nothing listens there ({detail})',
    mend: 'Start the PBX, or have it listen there; otherwise correct the port in the SRV record of {domain}',
  },
  'pbx-no-route': {
    outcome: 'pbx-unreachable',
    side: 'owner',
    says: 'There is no way from the gateway to {server} ({detail})',
    mend: 'Correct the address records of {hostname}, or the routes and the firewall of the gateway: sip-call resolve {domain}',
  },
  'pbx-connect-timeout': {
    outcome: 'pbx-unreachable',
    side: 'pbx',
    says: '{server} takes no connection within the time allowed ({detail})',
    mend: 'Open this port at the firewall of the PBX for the gateway, or remove its SRV record',
  },
  'pbx-resets': {
    outcome: 'pbx-unreachable',
    side: 'pbx',
    says: '{server} closed the connection instead of answering ({detail})',
    mend: 'Look into the log of the PBX: it, or a firewall before it, closes SIP connections from the gateway',
  },
  'pbx-silent': {
    outcome: 'pbx-unreachable',
    side: 'pbx',
    says: '{server} did not answer within {seconds} s',
    mend: 'Open this port at the firewall of the PBX for the gateway; see that fail2ban at the PBX has not banned its address',
  },
  'pbx-slow': {
    outcome: 'setup-too-slow',
    side: 'pbx',
    says: '{server} took the call and neither rang nor answered within {seconds} s',
    mend: 'See at the PBX what it waits for before the telephone of {user} rings: a trunk, a DNS name, a script',
  },
  'pbx-unreadable': {
    outcome: 'pbx-unreachable',
    side: 'pbx',
    says: '{server} answered with what is not readable as SIP ({detail})',
    mend: 'See which program listens on this port of the PBX, and whether a SIP helper of a router changes packets (SIP ALG)',
  },
  'no-sip-port': {
    outcome: 'pbx-unreachable',
    side: 'owner',
    says: 'The gateway has no SIP port from which it could reach {server} ({detail})',
    mend: 'Give the gateway an address of the family of {server} (address), or {hostname} an address of the family of the gateway',
  },
  'transport-failed': {
    outcome: 'pbx-unreachable',
    side: 'pbx',
    says: 'The call could not be sent to {server} ({detail})',
    mend: 'Try the way from the gateway to {server}; a drachtio-server has the reason in its own log',
  },

  // TLS.
  'certificate-expired': {
    outcome: 'pbx-unreachable',
    side: 'pbx',
    says: 'The TLS certificate of {server} has expired ({detail})',
    mend: 'Renew the certificate of the PBX for {domain} and have the PBX load it',
  },
  'certificate-not-yet-valid': {
    outcome: 'pbx-unreachable',
    side: 'pbx',
    says: 'The TLS certificate of {server} is not valid yet ({detail})',
    mend: 'Set the clocks of the gateway and of the PBX; issue the certificate anew if its dates are wrong',
  },
  'certificate-name': {
    outcome: 'pbx-unreachable',
    side: 'pbx',
    says: 'The TLS certificate of {server} is for another name than {domain} ({detail})',
    mend: 'Have a certificate issued with {domain} among its names (subjectAltName); the name {hostname} of the server and wildcards do not count (RFC 5922)',
  },
  'certificate-self-signed': {
    outcome: 'pbx-unreachable',
    side: 'pbx',
    says: 'The TLS certificate of {server} is signed by itself ({detail})',
    mend: 'Have a certificate for {domain} issued by a known authority, or name yours in NODE_EXTRA_CA_CERTS of the gateway',
  },
  'certificate-unknown-authority': {
    outcome: 'pbx-unreachable',
    side: 'pbx',
    says: 'The TLS certificate of {server} is signed by an authority that the gateway does not know ({detail})',
    mend: 'Have the PBX send its intermediate certificates too (fullchain.pem), or name your authority in NODE_EXTRA_CA_CERTS of the gateway',
  },
  'certificate-bad': {
    outcome: 'pbx-unreachable',
    side: 'pbx',
    says: 'The TLS certificate of {server} cannot be accepted ({detail})',
    mend: 'Have another certificate for {domain} issued: with a current key and signature, for a server, not revoked',
  },
  'no-tls': {
    outcome: 'pbx-unreachable',
    side: 'pbx',
    says: '{server} does not speak TLS on this port ({detail})',
    mend: 'Switch on TLS at the PBX (chan_pjsip: a transport with protocol=tls), or correct the port of _sips._tcp.{domain}: usually 5061',
  },
  'tls-refused': {
    outcome: 'pbx-unreachable',
    side: 'pbx',
    says: 'TLS with {server} fails ({detail})',
    mend: 'Allow TLS 1.2 or newer at the PBX and do not demand a certificate of guests (chan_pjsip: method=tlsv1_2, require_client_cert=no)',
  },
} as const satisfies Readonly<Record<string, CauseEntry>>;
