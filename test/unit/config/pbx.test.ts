// Where a site's PBX is, as an owner writes it, and which ports that leaves to the gateway.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, configFrom } from '../../../gateway/config/load.ts';
import type { ConfigInput } from '../../../gateway/config/schema.ts';

type Person = ConfigInput['sites'][number]['callable'][number];

function read(pbx: unknown, more: Partial<ConfigInput> = {}, callable: Person[] = ['director']) {
  const site = { domain: 'mysite.ru', origins: ['*'], callable, pbx };
  return configFrom({ address: '192.0.2.7', sites: [site as never], ...more });
}

function problems(...settings: Parameters<typeof read>): readonly string[] {
  try {
    read(...settings);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('an address alone is a PBX with the usual ports', () => {
  assert.deepEqual(read('192.0.2.10').sites[0]?.pbx, {
    servers: [{ addresses: ['192.0.2.10'], udp: 5060, tcp: 5060, tls: false }],
    driver: 'chan_pjsip',
    context: 'default',
    wrongNumber: '404',
    guests: { calls: 10, seconds: 3600 },
  });
});

test('names are written as DNS has them, addresses as Asterisk does', () => {
  const servers = [{ name: 'АТС.Компания.рф.', addresses: ['2001:DB8:0::10'] }];
  const [server] = read({ servers }).sites[0]?.pbx?.servers ?? [];
  assert.equal(server?.name, 'xn--80a8ac.xn--80aqeigdi5k.xn--p1ai');
  assert.deepEqual(server?.addresses, ['2001:db8::10']);
});

test('the gateway leaves the ports of a PBX of its own machine alone', () => {
  const ports = (pbx: unknown, more: Partial<ConfigInput> = {}) => {
    const { udp, tcp } = read(pbx, more).sip;
    return { udp, tcp };
  };
  assert.deepEqual(ports('192.0.2.10'), { udp: 5060, tcp: 5060 });
  for (const own of ['192.0.2.7', '127.0.0.1', '::1']) {
    assert.deepEqual(ports(own), { udp: 5070, tcp: 5070 }, own);
  }
  const busy = { servers: [{ addresses: ['192.0.2.7'], udp: false, tcp: 5060, tls: 5070 }] };
  assert.deepEqual(ports(busy), { udp: 5060, tcp: 5080 });
  assert.deepEqual(ports('192.0.2.7', { sip: { udp: 5062 } }), { udp: 5062, tcp: 5070 });
});

test('impossible values are refused with a reason', () => {
  const at = 'sites.1.pbx';
  assert.deepEqual(problems('pbx.mysite.ru'), [
    `${at}.servers.1.addresses.1: expected an IP address such as 192.0.2.10, got "pbx.mysite.ru"`,
  ]);
  assert.deepEqual(problems('fe80::1%eth0'), [
    `${at}.servers.1.addresses.1: expected an IP address such as 192.0.2.10, got "fe80::1%eth0"`,
  ]);
  assert.deepEqual(problems({ servers: [{ name: 'a b', addresses: ['192.0.2.10'] }] }), [
    `${at}.servers.1.name: expected a name such as asterisk.mysite.ru, got "a b"`,
  ]);
  assert.deepEqual(
    problems({ servers: [{ addresses: ['192.0.2.10'], udp: 0 }], context: 'a b', driver: 'iax' }),
    [
      `${at}.servers.1.udp: expected a port from 1 to 65535, or false when the PBX does not listen, got 0`,
      `${at}.driver: expected chan_pjsip or chan_sip, got "iax"`,
      `${at}.context: expected the name of a context, such as default, got "a b"`,
    ],
  );
  assert.deepEqual(problems({ servers: ['192.0.2.10'], rtp: [80, 20_000], guests: { calls: 0 } }), [
    `${at}.guests.calls: expected at least 1, got 0`,
    `${at}.rtp.1: expected two ports from 1024 to 65535, such as [10000, 20000], got 80`,
  ]);
  const silent = { addresses: ['192.0.2.10'], udp: false, tcp: false };
  assert.match(problems({ servers: [silent] }).join(), /expected at least one of udp, tcp and tls/);
});

test('patterns and separators are no extensions and no names', () => {
  const wrong = (callable: Person) => problems(undefined, {}, [callable]);
  const at = 'sites.1.callable.1';
  assert.deepEqual(wrong({ user: 'director', extension: '_1XX' }), [
    `${at} (director).extension: expected one extension such as 105, not a pattern, got "_1XX"`,
  ]);
  assert.deepEqual(wrong('_director'), [
    `${at}: expected a letter or a digit at the beginning, got "_director"`,
  ]);
  assert.match(
    wrong({ user: 'director', extension: '105&SIP/106' }).join(),
    /expected letters, digits, dots/,
  );
});
