import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  crc32,
  isAuthentic,
  readBinding,
  writeError,
  writeRequest,
  writeSuccess,
} from '../../../gateway/media/embedded/stun.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const password = 'VOkJxbRl1RmTxUk/WvJxBt';
const request = hex(`00010058 2112a442 b7e7a701 bc34d686 fa87dfae
  80220010 5354554e 20746573 7420636c 69656e74 00240004 6e0001ff 80290008 932ff9b1 51263b36
  00060009 6576746a 3a683676 59202020 00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2
  80280004 e57a3bcf`);
const transaction = hex('b7e7a701bc34d686fa87dfae');

describe('STUN', () => {
  it('reads the request of RFC 5769 2.1', () => {
    const binding = readBinding(request);
    assert.equal(binding?.kind, 'request');
    assert.equal(binding?.username, 'evtj:h6vY');
    assert.equal(binding?.controlled, true);
    assert.equal(binding?.useCandidate, false);
    assert.deepEqual(binding?.unknown, []);
    assert.equal(isAuthentic(request, binding, password), true);
    assert.equal(isAuthentic(request, binding, 'VOkJxbRl1RmTxUk/WvJxBu'), false);
  });

  for (const [address, value] of [
    ['192.0.2.1', '0001a147e112a643'],
    ['::ffff:192.0.2.1', '0001a147e112a643'],
    ['2001:db8:1234:5678:11:2233:4455:6677', '0002a1470113a9faa5d3f179bc25f4b5bed2b9d9'],
  ] as const) {
    it(`writes the mapped address of RFC 5769 2.2 and 2.3 for ${address}`, () => {
      const message = writeSuccess(transaction, password, address, 32853);
      assert.deepEqual(message.subarray(24, 24 + value.length / 2), hex(value));
      const binding = readBinding(message);
      assert.equal(binding?.kind, 'success');
      assert.equal(isAuthentic(message, binding, password), true);
    });
  }

  it('writes the errors that ICE requires, authenticated', () => {
    const unknown = writeError(transaction, password, 420, [0x7777]);
    assert.ok(unknown.includes(hex('000a000277770000')));
    assert.ok(writeError(transaction, password, 487, []).includes(hex('0009001100000457')));
    const binding = readBinding(unknown);
    assert.equal(binding?.kind, 'error');
    assert.equal(isAuthentic(unknown, binding, password), true);
  });

  it('lists the unknown comprehension-required attributes', () => {
    const plain = writeRequest({ transaction, username: 'a:b', password, nominate: true });
    const body = Buffer.concat([plain.subarray(0, 20), hex('7777000101000000'), plain.subarray(20)]);
    body.writeUInt16BE(body.length - 20, 2);
    body.writeUInt32BE((crc32(body, body.length - 8) ^ 0x5354554e) >>> 0, body.length - 4);
    assert.deepEqual(readBinding(body)?.unknown, [0x7777]);
    assert.equal(readBinding(plain)?.useCandidate, true);
  });

  it('refuses every request with a changed bit or a missing end', () => {
    for (let bit = 0; bit < request.length * 8; bit++) {
      const bad = Buffer.from(request);
      bad[bit >> 3]! ^= 1 << (bit & 7);
      const binding = readBinding(bad);
      assert.ok(binding === null || !isAuthentic(bad, binding, password), `bit ${bit}`);
    }
    for (let length = 0; length < request.length; length++) {
      assert.equal(readBinding(request.subarray(0, length)), null);
    }
  });

  it('survives random bytes that begin like STUN', () => {
    for (let i = 0; i < 5000; i++) {
      const noise = Buffer.concat([request.subarray(0, 8), randomBytes((i % 60) * 4)]);
      noise.writeUInt16BE(Math.max(0, noise.length - 20), 2);
      readBinding(noise);
    }
  });
});
