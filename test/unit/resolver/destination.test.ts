import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DestinationOrder } from '../../../gateway/resolver/destination.ts';

const both = new DestinationOrder(['198.51.100.7', '2001:db8::7']);

/** From RFC 6724 10.2 and others. Lists are in the order of DNS, IPv6 first. */
for (const [what, from, v6, v4, sorted] of [
  [
    'IPv6 comes before IPv4',
    ['198.51.100.7', '2001:db8::7'],
    ['2001:db8:1::1'],
    ['192.0.2.1'],
    ['2001:db8:1::1', '192.0.2.1'],
  ],
  [
    'an address of 6to4 comes after IPv4',
    ['198.51.100.7', '2001:db8::7'],
    ['2002:c633:6401::1'],
    ['192.0.2.1'],
    ['192.0.2.1', '2002:c633:6401::1'],
  ],
  [
    'a unique local address comes after IPv4 if ours is global',
    ['198.51.100.7', '2001:db8::7'],
    ['fd00::1'],
    ['192.0.2.1'],
    ['192.0.2.1', 'fd00::1'],
  ],
  [
    'a global address comes after IPv4 if ours is unique local',
    ['198.51.100.7', 'fd00::7'],
    ['2001:db8:1::1'],
    ['192.0.2.1'],
    ['192.0.2.1', '2001:db8:1::1'],
  ],
  ['loopback matches loopback', ['127.0.0.1', '::1'], ['::1'], ['127.0.0.1'], ['::1', '127.0.0.1']],
  [
    'a scope that our addresses lack comes last',
    ['198.51.100.7', 'fe80::7'],
    ['2001:db8:1::1'],
    ['192.0.2.1'],
    ['192.0.2.1', '2001:db8:1::1'],
  ],
] as const) {
  test(`the order of destinations: ${what}`, () => {
    assert.deepEqual(new DestinationOrder(from).sorted([v6, v4]).flat(), sorted);
  });
}

test('among equals the order is that of DNS', () => {
  const list = ['192.0.2.9', '192.0.2.1', '192.0.2.5'];
  assert.deepEqual(both.sorted([list]), [list]);
});

test('a family without an own address is not asked for', () => {
  assert.deepEqual(both.families, ['ipv6', 'ipv4']);
  assert.deepEqual(new DestinationOrder(['198.51.100.7']).families, ['ipv4']);
  assert.deepEqual(new DestinationOrder(['2001:db8::7']).families, ['ipv6']);
});

test('an IPv6 address is used immediately only if no IPv4 address can be better', () => {
  assert.equal(both.isFirst('2001:db8:1::1'), true);
  for (const other of ['fd00::1', '2002::1', '2001::1', 'fe80::1'])
    assert.equal(both.isFirst(other), false, other);
});
