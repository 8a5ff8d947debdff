import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PeerCertificate } from 'node:tls';
import { certificateError } from '../../../../gateway/engine/transport/certificate.ts';

const bears = (hostname: string, subjectaltname?: string): boolean =>
  certificateError(hostname, { subject: { CN: hostname }, subjectaltname } as unknown as PeerCertificate) ===
  undefined;

for (const [hostname, names] of [
  ['example.com', 'DNS:example.com'],
  ['EXAMPLE.com.', 'DNS:other.example, DNS:Example.COM'],
  ['example.com', 'URI:sip:example.com'],
  ['example.com', 'DNS:other.example, URI:sip:Example.com'],
  ['example.com', 'URI:https://other.example, DNS:example.com'],
  ['192.0.2.1', 'IP Address:192.0.2.1'],
  ['2001:db8::1', 'IP Address:2001:DB8:0:0:0:0:0:1'],
] as const) {
  test(`${names} is valid for ${hostname}`, () => assert.equal(bears(hostname, names), true));
}

for (const [hostname, names] of [
  ['example.com', undefined],
  ['example.com', 'DNS:*.com'],
  ['a.example.com', 'DNS:*.example.com'],
  ['example.com', 'DNS:sub.example.com'],
  ['example.com', 'URI:sip:director@example.com'],
  ['example.com', 'URI:sips:example.com'],
  ['example.com', 'URI:sip:other.example, DNS:example.com'],
  ['example.com', 'email:example.com'],
  ['192.0.2.1', 'DNS:192.0.2.1'],
  ['example.com', 'URI:"sip:evil.example, DNS:example.com, x"'],
] as const) {
  test(`${names} is not valid for ${hostname}`, () => assert.equal(bears(hostname, names), false));
}
