// A browser's transport attributes: lists of fingerprints are judged by RFC 8122 5, and an unusable attribute
// is skipped.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createCertificate } from '../../../../gateway/media/embedded/dtls/certificate.ts';
import { fingerprintOf, hasFingerprint } from '../../../../gateway/media/embedded/dtls/peer-proof.ts';
import { chromium, pbx, print, ulaw } from '../sdp-samples.ts';
import { negotiationWith } from './sdp-notation.ts';

const value = (bytes: number, digit: string) =>
  Array.from({ length: bytes }, () => digit.repeat(2)).join(':');
const sha1 = `a=fingerprint:sha-1 ${value(20, 'C')}`;
const sha256 = `a=fingerprint:sha-256 ${print}`;
const sha512 = `a=fingerprint:sha-512 ${value(64, 'E')}`;
const instead = (...lines: string[]) => chromium().replace(/a=fingerprint.*/, lines.join('\r\n'));

for (const [what, sdp, expected] of [
  ['one', chromium(), ['sha-256', print]],
  ['one at session level', instead().replace('t=0 0', `t=0 0\r\n${sha256}`), ['sha-256', print]],
  ['a weak one after a good one', instead(sha256, sha1), ['sha-256', print]],
  ['a weak one before a good one', instead(sha1, sha256), ['sha-256', print]],
  ['a strong one after a good one', instead(sha256, sha512), ['sha-512', value(64, 'E')]],
  [
    'two certificates',
    instead(sha256, sha256.replaceAll('AB', 'CD')),
    ['sha-256', print, print.replaceAll('AB', 'CD')],
  ],
  ['the same one twice', instead(sha256, sha256), ['sha-256', print]],
  ['one in lower case', instead(sha256.toLowerCase()), ['sha-256', print]],
  ['one with the hash in upper case', instead(sha256.replace('sha', 'SHA')), ['sha-256', print]],
  [
    'one that is too short, and a good one',
    instead('a=fingerprint:sha-512 AB:CD', sha256),
    ['sha-256', print],
  ],
  [
    'one that is not hexadecimal, and a good one',
    instead(`a=fingerprint:sha-256 ${value(32, 'X')}`, sha256),
    ['sha-256', print],
  ],
  ['only weak ones', instead(sha1, 'a=fingerprint:md5 AB'), 'no-fingerprint'],
  ['none', instead('a=x'), 'no-fingerprint'],
  ['an empty one', instead('a=fingerprint:'), 'no-fingerprint'],
  ['a role in upper case', chromium().replace('actpass', 'ActPass'), ['sha-256', print]],
  [
    'two roles',
    chromium().replace('a=setup:actpass', 'a=setup:passive\r\na=setup:actpass'),
    ['sha-256', print],
  ],
  ['a role that lets neither side begin', chromium().replace('actpass', 'passive'), 'dtls-role'],
  ['no ufrag', chromium().replace(/a=ice-ufrag.*\r\n/, ''), 'no-ice'],
  [
    'an invalid ufrag, and a good one',
    chromium().replace('a=ice-ufrag', 'a=ice-ufrag:%%\r\na=ice-ufrag'),
    ['sha-256', print],
  ],
] as const) {
  test(`a browser that shows ${what} is ${typeof expected === 'string' ? 'refused' : 'accepted with it'}`, async () => {
    const negotiation = negotiationWith();
    if (typeof expected === 'string') {
      await assert.rejects(negotiation.offer('browser', sdp), { name: 'MediaError', reason: expected });
      return;
    }
    await negotiation.offer('browser', sdp);
    const { plan } = await negotiation.answer('pbx', pbx(...ulaw));
    const { hash, value, others = [] } = plan.browser.fingerprint;
    assert.deepEqual([hash, value, ...others], expected);
  });
}

test('a certificate may match any fingerprint of the strongest hash, and no other one', () => {
  const { certPem } = createCertificate(new Date());
  const der = Buffer.from(certPem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const own = fingerprintOf(der, 'sha-256')!;
  assert.equal(own.replaceAll(':', '').toLowerCase(), createHash('sha256').update(der).digest('hex'));
  const other = value(32, 'A');
  assert.ok(hasFingerprint(der, { hash: 'sha-256', value: own }));
  assert.ok(hasFingerprint(der, { hash: 'sha-256', value: other, others: [own] }));
  assert.ok(!hasFingerprint(der, { hash: 'sha-256', value: other, others: [other] }));
});

test('a browser that adds a certificate during a call is refused', async () => {
  const negotiation = negotiationWith();
  await negotiation.offer('browser', chromium());
  await negotiation.answer('pbx', pbx(...ulaw));
  await assert.rejects(negotiation.offer('browser', instead(sha256, sha256.replaceAll('AB', 'CD'))), {
    reason: 'other-certificate',
  });
});

for (const [what, sdp] of [
  ['a control character in a parameter', chromium().replace('minptime', 'min\u0000ptime')],
  ['a line terminator in a parameter', chromium().replace('minptime=10', 'minptime=10\u000bX')],
  ['markup in a parameter', chromium().replace('useinbandfec=1', 'x=<script>')],
  ['a bare carriage return', chromium().replace('useinbandfec=1', 'x\rc=IN IP4 203.0.113.66')],
  ['a word as the number of channels', chromium().replace('opus/48000/2', 'opus/48000/<b>')],
] as const) {
  test(`a browser’s offer with ${what} loses that part, and forwards none of it`, async () => {
    const offer = await negotiationWith().offer('browser', sdp);
    assert.match(offer, /^m=audio 20000 RTP\/AVP 111 9 0 8 110 126\r$/m);
    assert.match(offer, /^(?:[\x20-\x7e]+\r\n)*$/);
    assert.doesNotMatch(offer, /script|<|203\.0\.113\.66/);
  });
}
