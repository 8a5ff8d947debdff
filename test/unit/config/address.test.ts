import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressFence, ownAddresses, splitEndpoint } from '../../../gateway/config/address.ts';

test('an address and its port come apart, brackets removed', () => {
  assert.deepEqual(splitEndpoint('127.0.0.1:5353'), { address: '127.0.0.1', port: 5353 });
  assert.deepEqual(splitEndpoint('[::1]:53'), { address: '::1', port: 53 });
});

for (const address of [
  '127.0.0.1',
  '10.1.2.3',
  '192.168.1.1',
  '169.254.169.254',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  '::ffff:127.0.0.1',
  'fe80::1',
  'fd00::1',
  'fec0::1',
  '::127.0.0.1',
  '64:ff9b::10.0.0.1',
  '2002:7f00:1::1',
  'mysite.ru',
]) {
  test(`the fence refuses ${address} unless the configuration opens its network`, () => {
    assert.equal(addressFence([])(address), false);
  });
}

test('the fence lets public addresses through', () => {
  assert.equal(addressFence([])('93.184.216.34'), true);
  assert.equal(addressFence([])('2606:2800:220:1::1'), true);
});

test('the fence opens for the networks that the configuration names, and for no other', () => {
  const allowed = addressFence(['10.0.0.0/8', 'fd00::/8']);
  assert.equal(allowed('10.200.0.1'), true);
  assert.equal(allowed('fd00::1'), true);
  assert.equal(allowed('192.168.0.1'), false);
});

test("the fence refuses this machine's own addresses, in whatever form, unless the configuration names them", () => {
  const own = () => ['93.184.216.34', '2606:2800:220:1::2'];
  const fence = addressFence([], own);
  for (const address of ['93.184.216.34', '::ffff:93.184.216.34', '2606:2800:220:1:0::2']) {
    assert.equal(fence(address), false, address);
  }
  assert.equal(fence('93.184.216.35'), true);
  assert.equal(addressFence(['93.184.216.34/32'], own)('93.184.216.34'), true);
});

test('the addresses of this very machine are its own', () => {
  for (const address of ownAddresses()) assert.equal(addressFence([])(address), false, address);
});
