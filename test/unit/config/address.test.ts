import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, configFrom } from '../../../gateway/config/load.ts';
import { ownAddressesOf } from '../../../gateway/config/own-address.ts';
import { outsidePort, portMapping } from '../../../gateway/config/port-mapping.ts';
import type { ConfigInput } from '../../../gateway/config/schema.ts';
import { localAddressFor } from '../../../gateway/media/address.ts';

const sites = [{ domain: 'mysite.ru', origins: ['*'], callable: ['director'] }];

const own = (address: ConfigInput['address']) => ownAddressesOf(configFrom({ address, sites }).address);

function problem(address: unknown): string {
  try {
    configFrom({ address: address as string, sites });
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.join('\n');
  }
  assert.fail('the address was accepted');
}

test('a plain address is bound and announced; several make a gateway of both families', () => {
  const two = own(['198.51.100.7', '2001:DB8:0::7']);
  assert.deepEqual(
    two.map(({ bind, family, announced }) => [bind, family, announced]),
    [
      ['198.51.100.7', 4, ['198.51.100.7']],
      ['2001:db8::7', 6, ['2001:db8::7']],
    ],
  );
});

test('bound and announced address are apart; a PBX in a local network gets the bound one', () => {
  const [one] = own({ bind: '10.0.0.5', announce: '203.0.113.5', localNetworks: ['10.0.0.0/8'] });
  assert.ok(one);
  assert.deepEqual([one.bind, one.announced], ['10.0.0.5', ['203.0.113.5']]);
  assert.equal(one.toward('198.51.100.1'), '203.0.113.5');
  assert.equal(one.toward('10.200.0.1'), '10.0.0.5');
});

test('without bind, the address of the machine that has the family is bound', () => {
  const [one] = own({ announce: '203.0.113.5' });
  assert.ok(one);
  assert.notEqual(one.bind, '203.0.113.5');
  assert.equal(one.family, 4);
});

test('announced ports may be others, for one transport or both', () => {
  const ports = ['15060:5060', '30000-30999:20000-20999/udp'];
  const [one] = own({ bind: '0.0.0.0', announce: '203.0.113.5', ports });
  assert.ok(one);
  assert.deepEqual([one.outside('udp', 5060), one.outside('tcp', 5060)], [15_060, 15_060]);
  assert.deepEqual([one.outside('udp', 20_999), one.outside('tcp', 20_999)], [30_999, 20_999]);
  assert.equal(one.outside('udp', 21_000), 21_000);
});

for (const [text, expected] of [
  ['15060:5060', { outside: 15_060, inside: 5060, count: 1, transport: undefined }],
  ['30000-30001:20000-20001/udp', { outside: 30_000, inside: 20_000, count: 2, transport: 'udp' }],
  ['30000-30001:20000', undefined],
  ['30000:20000-20001', undefined],
  ['30001-30000:20001-20000', undefined],
  ['0:5060', undefined],
  ['65535-65536:1-2', undefined],
  ['5060', undefined],
  ['1:2/sctp', undefined],
  ['203.0.113.5:15060:5060', undefined],
] as const) {
  test(`a mapping of ports: ${text}`, () => assert.deepEqual(portMapping(text), expected));
}

test('a port without a mapping keeps its number', () => {
  assert.equal(outsidePort([], 'udp', 5060), 5060);
});

for (const [what, address, words] of [
  ['a wildcard alone', '0.0.0.0', /^address: expected an IP address of this machine/],
  ['a wildcard that nothing is announced for', { bind: '0.0.0.0' }, /^address\.announce: missing/],
  [
    'another family',
    { bind: '::1', announce: '203.0.113.5' },
    /^address\.announce: expected the family of bind/,
  ],
  ['a name', { announce: 'call.mysite.ru' }, /^address\.announce: expected an IP address/],
  ['the same twice', ['10.0.0.1', '10.0.0.1'], /^address\.2: binds the same address as an earlier entry/],
  [
    'a wildcard beside an address',
    ['10.0.0.1', { bind: '0.0.0.0', announce: '203.0.113.5' }],
    /^address\.2: binds the same/,
  ],
  ['an empty list', [], /^address: expected at least one address/],
  ['an unknown key', { anounce: '203.0.113.5' }, /address\.anounce: no such key/],
  [
    'ports that do not fit',
    { announce: '203.0.113.5', ports: ['1-3:2-3'] },
    /^address\.ports\.1: expected OUTSIDE/,
  ],
  ['a group', '224.0.0.1', /^address: expected an IP address/],
] as const) {
  test(`an address that is ${what} is refused with a reason`, () => assert.match(problem(address), words));
}

test('a PBX is called from an address of its own network, else from the first of its family', () => {
  const addresses = own([
    '198.51.100.7',
    { bind: '10.0.0.7', announce: '10.0.0.7', localNetworks: ['10.0.0.0/8'] },
    '2001:db8::7',
  ]);
  const announced = (pbx: string | undefined) => localAddressFor(addresses, pbx)?.announce;
  assert.equal(announced('192.0.2.1'), '198.51.100.7');
  assert.equal(announced('10.9.9.9'), '10.0.0.7');
  assert.equal(announced('2001:db8:1::1'), '2001:db8::7');
  assert.equal(announced(undefined), '198.51.100.7');
  assert.equal(localAddressFor(own('198.51.100.7'), '2001:db8::1'), undefined);
});
