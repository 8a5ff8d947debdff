// Proves that the DTLS client is the peer named in the SDP (RFC 8122 6.2, RFC 5246 7.4.8, 7.4.9): its
// certificate has the fingerprint, it holds the certificate's key, and its handshake transcript equals that
// of the server. werift checks none of these.

import { createHash, createHmac, timingSafeEqual, verify, X509Certificate } from 'node:crypto';
import { type Fingerprint, isUsableHash } from '../../sdp/plan.ts';

export function fingerprintOf(certificate: Buffer, hash: string): string | null {
  if (!isUsableHash(hash)) return null;
  const hex = createHash(hash.toLowerCase().replace('-', '')).update(certificate).digest('hex').toUpperCase();
  return (hex.match(/../g) ?? []).join(':');
}

/**
 * The cookie of a ClientHello (RFC 6347 4.2.1), with the offsets of its length field and of its end; null
 * when `hello` is not a ClientHello.
 */
export function cookieIn(hello: Buffer): { cookie: Buffer; at: number; end: number } | null {
  // Version and random, then the session ID.
  const at = 35 + (hello[34] ?? 0xffff);
  const end = at + 1 + (hello[at] ?? 0xffff);
  return end <= hello.length ? { cookie: hello.subarray(at + 1, end), at, end } : null;
}

/** The client's own certificate in a Certificate message (RFC 5246 7.4.2), or null. */
export function certificateIn(body: Buffer): Buffer | null {
  if (body.length < 6) return null;
  const end = 6 + body.readUIntBE(3, 3);
  return end <= body.length ? body.subarray(6, end) : null;
}

export function hasFingerprint(certificate: Buffer, expected: Fingerprint): boolean {
  const shown = fingerprintOf(certificate, expected.hash);
  return [expected.value, ...(expected.others ?? [])].some(value => value.toUpperCase() === shown);
}

/** `body` is a CertificateVerify message: hash and signature algorithm, then the signature over `transcript`. */
export function isSignedBy(certificate: Buffer, body: Buffer, transcript: Buffer): boolean {
  if (body.length < 4 || body.readUInt16BE(2) + 4 !== body.length) return false;
  const [hash, signature] = body;
  const keyType = signature === 3 ? 'ec' : signature === 1 ? 'rsa' : null;
  // SHA-256 is the only hash in the server's CertificateRequest.
  if (hash !== 4 || keyType === null) return false;
  try {
    const key = new X509Certificate(certificate).publicKey;
    return key.asymmetricKeyType === keyType && verify('sha256', transcript, key, body.subarray(4));
  } catch {
    return false;
  }
}

/** `body` is the client's Finished message. */
export function isFinishedOf(masterSecret: Buffer, body: Buffer, transcript: Buffer): boolean {
  const seed = Buffer.concat([
    Buffer.from('client finished', 'latin1'),
    createHash('sha256').update(transcript).digest(),
  ]);
  // RFC 5246 5: P_SHA256, of which the first 12 bytes need one round.
  const a1 = createHmac('sha256', masterSecret).update(seed).digest();
  const expected = createHmac('sha256', masterSecret).update(a1).update(seed).digest().subarray(0, 12);
  return body.length === expected.length && timingSafeEqual(expected, body);
}
