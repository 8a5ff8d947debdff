import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressFence, ownAddresses, splitEndpoint } from '../../../gateway/net/address-fence.ts';

test('an address and its port are split, brackets removed', () => {
  assert.deepEqual(splitEndpoint('127.0.0.1:5353'), { address: '127.0.0.1', port: 5353 });
  assert.deepEqual(splitEndpoint('[::1]:53'), { address: '::1', port: 53 });
});

/** One or two addresses of each entry in IANA's registries, and the spellings of an IPv4 address. */
const special = [
  ...['0.0.0.0', '0.1.2.3', '10.1.2.3', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.255.255.254'],
  ...[
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.0.9',
    '192.0.0.170',
    '192.0.2.1',
  ],
  ...[
    '192.31.196.1',
    '192.52.193.1',
    '192.88.99.1',
    '192.168.1.1',
    '192.175.48.1',
    '198.18.0.1',
    '198.19.255.255',
  ],
  ...['198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  // Loopback and unspecified; IPv4-compatible, IPv4-mapped, translated by SIIT.
  ...['::1', '::', '::127.0.0.1', '::5db8:d822', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:0:127.0.0.1'],
  ...['::ffff:0:5db8:d822', '::ffff:0:7f00:1'],
  // Behind NAT64; the network-specific prefix is refused completely.
  ...['64:ff9b::10.0.0.1', '64:ff9b::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b::192.88.99.1', '64:ff9b:1::1'],
  ...['64:ff9b:1:5db8:d8:2200::', '100::1', '100:0:0:1::1'],
  // Teredo, anycast, benchmarking, AMT, AS112, ORCHID and ORCHIDv2, drones.
  ...['2001::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2', '2001:1::1', '2001:1::2', '2001:1::3', '2001:2::1'],
  ...['2001:3::1', '2001:4:112::1', '2001:10::1', '2001:20::1', '2001:30::1', '2001:1ff:ffff::1'],
  ...['2001:db8::1', '3fff::1', '3fff:fff:ffff::1', '2002:7f00:1::1', '2002:5db8:d822::1', '2620:4f:8000::1'],
  ...['5f00::1', 'fc00::1', 'fd00::1', 'fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1', 'ff02::1', 'ff0e::1'],
  // ISATAP.
  ...['2606:2800:220:1:0:5efe:10.0.0.1', '2606:2800:220:1:200:5efe:7f00:1', '2606:2800:220:1:0:5efe:a00:1'],
  // Not an address.
  ...['mysite.ru', '127.1', '0x7f000001', '2130706433', '[::1]', ''],
];

for (const address of special) {
  test(`the fence refuses ${address} unless the configuration opens its network`, () => {
    assert.equal(addressFence([], () => [])(address), false);
  });
}

test('the fence lets public addresses through', () => {
  for (const address of [
    ...['1.1.1.1', '93.184.216.34', '100.63.255.255', '100.128.0.1', '172.15.0.1', '172.32.0.1', '192.0.1.1'],
    ...['192.0.3.1', '192.88.98.1', '192.88.100.1', '198.17.0.1', '198.20.0.1', '223.255.255.255'],
    ...[
      '2606:2800:220:1::1',
      '2001:200::1',
      '2001:4860:4860::8888',
      '2003::1',
      '2a00::1',
      '3ffe::1',
      '2620:4f::1',
    ],
    ...['::ffff:93.184.216.34', '64:ff9b::93.184.216.34', '2606:2800:220:1:0:5efe:93.184.216.34'],
  ]) {
    assert.equal(addressFence([], () => [])(address), true, address);
  }
});

test('the fence allows the networks in the configuration, and no other', () => {
  const allowed = addressFence(['10.0.0.0/8', 'fd00::/8']);
  assert.equal(allowed('10.200.0.1'), true);
  assert.equal(allowed('fd00::1'), true);
  assert.equal(allowed('192.168.0.1'), false);
});

test("the fence refuses this machine's own addresses, in any spelling, unless the configuration lists them", () => {
  const own = () => ['93.184.216.34', '2606:2800:220:1::2'];
  const fence = addressFence([], own);
  for (const address of [
    ...[
      '93.184.216.34',
      '::ffff:93.184.216.34',
      '::ffff:5db8:d822',
      '64:ff9b::93.184.216.34',
      '64:ff9b::5db8:d822',
    ],
    ...['::ffff:0:93.184.216.34', '2a00:1:2:3:0:5efe:93.184.216.34', '2606:2800:220:1:0::2'],
  ]) {
    assert.equal(fence(address), false, address);
  }
  assert.equal(fence('93.184.216.35'), true);
  assert.equal(addressFence(['93.184.216.34/32'], own)('93.184.216.34'), true);
});

test('an own address with a zone does no harm', () => {
  assert.equal(addressFence([], () => ['fe80::1%eth0', 'nonsense'])('93.184.216.34'), true);
});

test('the own addresses are those of this machine', () => {
  for (const address of ownAddresses()) assert.equal(addressFence([])(address), false, address);
});
