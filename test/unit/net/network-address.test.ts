import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf } from '../../../gateway/net/network-address.ts';

const lengths = { ipv4: 24, ipv6: 48 };

for (const [address, network] of [
  ['203.0.113.9', '203.0.113.0'],
  ['203.0.113.255', '203.0.113.0'],
  ['::ffff:203.0.113.9', '203.0.113.0'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
  ['2001:DB8:1::9', '2001:db8:1::'],
  ['2001:db8::', '2001:db8::'],
  ['::1', '::'],
  ['fe80::1%eth0', 'fe80::'],
  ['2001:db8:1:2::203.0.113.9', '2001:db8:1::'],
] as const) {
  test(`${address} is in ${network}`, () => assert.equal(networkOf(address, lengths), network));
}

test('a prefix may end anywhere', () => {
  assert.equal(networkOf('203.0.113.9', { ipv4: 32, ipv6: 64 }), '203.0.113.9');
  assert.equal(networkOf('203.0.255.9', { ipv4: 20, ipv6: 64 }), '203.0.240.0');
  assert.equal(networkOf('255.255.255.255', { ipv4: 0, ipv6: 64 }), '0.0.0.0');
  assert.equal(networkOf('2001:db8:ffff:ffff::1', { ipv4: 32, ipv6: 56 }), '2001:db8:ffff:ff00::');
});

test('text that is not an address has no network', () => {
  for (const text of ['', 'mysite.ru', '1.2.3', '1.2.3.4\n', '[::1]'])
    assert.equal(networkOf(text, lengths), undefined);
});
