// The self-signed certificate that DTLS presents to browsers. SDP carries its fingerprint, so its name and
// dates are not checked. One per process: X.509 v3, ECDSA P-256 (RFC 5280 4.1).

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { ServerIdentity } from './handshake.ts';
import { fingerprintOf } from './peer-proof.ts';

export interface RelayCertificate extends ServerIdentity {
  /** SHA-256, in the notation of SDP. */
  readonly fingerprint: string;
}

const ecdsaWithSha256 = sequence(Buffer.from('06082a8648ce3d040302', 'hex'));
const commonName = Buffer.from('0603550403', 'hex');
const tenYearsMs = 10 * 365 * 86_400_000;
const dayMs = 86_400_000;

export function createCertificate(now: Date): RelayCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(element(0x31, sequence(commonName, element(0x0c, Buffer.from('sip-call')))));
  const serial = randomBytes(16);
  // Positive, with a constant length.
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const body = sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, serial),
    ecdsaWithSha256,
    name,
    sequence(time(new Date(now.getTime() - dayMs)), time(new Date(now.getTime() + tenYearsMs))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', body, privateKey);
  const der = sequence(body, ecdsaWithSha256, element(0x03, Buffer.concat([Buffer.alloc(1), signature])));
  const base64 = der.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    certPem: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    fingerprint: fingerprintOf(der, 'sha-256') ?? '',
  };
}

/** UTCTime, which RFC 5280 4.1.2.5 requires until 2049. */
function time(date: Date): Buffer {
  const digits = date
    .toISOString()
    .replace(/[-:T]|\.\d+/g, '')
    .slice(2);
  return element(0x17, Buffer.from(digits, 'latin1'));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return element(0x30, Buffer.concat(parts));
}

function element(tag: number, value: Buffer): Buffer {
  const { length } = value;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}
