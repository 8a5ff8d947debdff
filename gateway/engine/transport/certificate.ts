// Checks the identity in a certificate (RFC 5922 7): the SIP domain must be in subjectAltName, as a `sip:` URI or a DNS
// name. OpenSSL has verified the chain before.

import { isIP } from 'node:net';
import type { PeerCertificate } from 'node:tls';
import { parseUri } from '../message/uri.ts';
import { canonicalAddress } from './endpoint.ts';

/** The error if the certificate is not that of `hostname`. */
export function certificateError(hostname: string, certificate: PeerCertificate): Error | undefined {
  const names = alternativeNames(certificate.subjectaltname);
  const wanted = hostname.toLowerCase().replace(/\.$/, '');
  if (isIP(wanted) !== 0) {
    const found = names.some(({ kind, name }) => kind === 'IP Address' && sameAddress(name, wanted));
    return found ? undefined : mismatch(hostname, names);
  }
  const uris = names.filter(({ kind }) => kind === 'URI').map(({ name }) => sipDomain(name));
  const domains = uris.filter(domain => domain !== undefined);
  // RFC 5922 7.1: DNS names count only if no `sip:` URI names a domain. The CN of the subject never counts.
  const identities = domains.length > 0 ? domains : dnsNames(names);
  // RFC 5922 7.2: "Implementations MUST NOT match any form of wildcard".
  return identities.includes(wanted) ? undefined : mismatch(hostname, names);
}

/** Describes a certificate for the log: subject, issuer, validity. Undefined if the peer sent none. */
export function describeCertificate(certificate: Partial<PeerCertificate>): string | undefined {
  const { subject, issuer, valid_from, valid_to } = certificate;
  if (valid_to === undefined) return undefined;
  return `valid from ${valid_from} until ${valid_to}, issued to ${subject?.CN ?? '-'} by ${issuer?.CN ?? issuer?.O ?? '-'}`;
}

interface AlternativeName {
  readonly kind: string;
  readonly name: string;
}

/** Parses `DNS:a.example, URI:sip:b.example, IP Address:192.0.2.1` as Node prints it. */
function alternativeNames(text: string | undefined): AlternativeName[] {
  // Node quotes names that contain a comma or similar. No valid certificate has one, so such a certificate has no
  // names.
  if (text === undefined || text.includes('"')) return [];
  return text.split(', ').map(entry => {
    const colon = entry.indexOf(':');
    return { kind: entry.slice(0, colon), name: entry.slice(colon + 1) };
  });
}

function dnsNames(names: readonly AlternativeName[]): string[] {
  return names.filter(({ kind }) => kind === 'DNS').map(({ name }) => name.toLowerCase().replace(/\.$/, ''));
}

/** RFC 5922 7.1: only a `sip:` URI without a user part names a domain. */
function sipDomain(text: string): string | undefined {
  const uri = parseUri(text);
  return uri?.scheme === 'sip' && uri.user === undefined ? uri.host : undefined;
}

function sameAddress(a: string, b: string): boolean {
  return canonicalAddress(a.toLowerCase()) === canonicalAddress(b);
}

function mismatch(hostname: string, names: readonly AlternativeName[]): Error {
  const found = names.map(({ kind, name }) => `${kind}:${name}`).join(', ') || 'none';
  const error = new Error(`the certificate is not that of ${hostname}; its names: ${found}`);
  return Object.assign(error, { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
}
