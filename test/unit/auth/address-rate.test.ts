import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressRate } from '../../../gateway/auth/address-rate.ts';

function scene() {
  const clock = { now: 0 };
  return { clock, rate: new AddressRate({ burst: 3, everyMs: 1_000, now: () => clock.now }) };
}

test('an address may send three requests, then one a second, and never more than three in a row', () => {
  const { clock, rate } = scene();
  const take = () => rate.take('198.51.100.7');
  assert.deepEqual([take(), take(), take(), take()], [true, true, true, false]);
  clock.now = 999;
  assert.equal(take(), false);
  clock.now = 1_998;
  assert.deepEqual([take(), take()], [true, false]);
  clock.now = 1_000_000;
  assert.deepEqual([take(), take(), take(), take()], [true, true, true, false]);
  assert.equal(rate.take('198.51.100.8'), true);
});

for (const [what, addresses] of [
  ['an address, however a socket writes it', ['198.51.100.7', '::ffff:198.51.100.7']],
  [
    'an IPv6 /64, which one household has',
    ['2001:db8:1:2::1', '2001:db8:1:2:a:b:c:d', '2001:db8:1:2::', '2001:db8:1:2:ffff::9'],
  ],
  ['what begins with zeros', ['::1', '0:0:0:0:5::']],
] as const) {
  test(`${what} has one bucket`, () => {
    const { rate } = scene();
    for (const address of addresses) rate.take(address);
    assert.equal(rate.size, 1);
  });
}

test('neighbouring networks have separate buckets', () => {
  const { rate } = scene();
  for (const address of ['2001:db8:1:2::1', '2001:db8:1:3::1', '2001:db8::1']) rate.take(address);
  assert.equal(rate.size, 3);
});

test('at most 10,000 addresses are stored', () => {
  const { rate } = scene();
  for (let address = 0; address < 12_000; address++)
    rate.take(`10.${address >> 16}.${(address >> 8) & 255}.${address & 255}`);
  assert.equal(rate.size, 10_000);
});

test('addresses whose bucket is full again are removed', () => {
  const { clock, rate } = scene();
  for (let address = 0; address < 1_000; address++) rate.take(`10.0.${address >> 8}.${address & 255}`);
  clock.now = 3_000;
  for (let address = 0; address < 300; address++) {
    clock.now += 10;
    rate.take(`10.1.${address >> 8}.${address & 255}`);
  }
  // Each address sends one request: its bucket is full again after a second, in which 100 others send theirs.
  assert.equal(rate.size, 100);
});
