import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configFrom } from '../../../gateway/config/load.ts';
import { assertReplaceable } from '../../../gateway/config/reload.ts';
import type { ConfigInput } from '../../../gateway/config/schema.ts';

const sites = [{ domain: 'mysite.ru', origins: ['*'], callable: ['alex'] }];
const withLimits = (limits: ConfigInput['limits']) => configFrom({ sites, limits });

test('a reload takes limits, except those that are bound at the start', () => {
  const running = withLimits({});
  assertReplaceable(running, withLimits({ calls: 7, perAddress: { calls: 1 }, reconnectSeconds: 5 }));
  for (const [limits, path] of [
    [{ addressBits: { ipv4: 24 } }, 'limits.addressBits.ipv4'],
    [{ addressBits: { ipv6: 48 } }, 'limits.addressBits.ipv6'],
    [{ connections: 7 }, 'limits.connections'],
    [{ connectionsPerAddress: 7 }, 'limits.connectionsPerAddress'],
    [{ silenceSeconds: 7 }, 'limits.silenceSeconds'],
  ] as const) {
    assert.throws(() => assertReplaceable(running, withLimits(limits)), {
      message: `${path}: cannot change while the gateway runs; restart it`,
    });
  }
});

const withSites = { sites };
const running = configFrom(withSites);

for (const change of [
  { url: 'https://call.mysite.ru' },
  { dns: { allow: ['10.0.0.0/8'] } },
  { turn: { urls: ['turn:turn.mysite.ru'], secret: 'cymru' } },
  { tokens: { lifetimeSeconds: 60, proofOfWork: 'always' } },
  { sites: [{ ...sites[0], callable: ['alex', 'director'] }] },
] as Partial<ConfigInput>[]) {
  test(`a reload takes ${Object.keys(change)}`, () => {
    assertReplaceable(running, configFrom({ ...withSites, ...change }));
  });
}

for (const [path, change] of [
  ['listen', { listen: '0.0.0.0:443' }],
  ['tls', { tls: { certificate: 'a.pem', key: 'b.pem' } }],
  ['admin', { admin: { token: '0123456789abcdef0123456789abcdef' } }],
  ['address', { address: '198.51.100.7' }],
  ['proxy', { proxy: { networks: ['127.0.0.0/8'] } }],
  ['dns.servers', { dns: { servers: ['10.0.0.1:53'] } }],
  ['engine', { engine: { drachtio: 'a:9022', secret: 'cymru', websocket: 'ws://a:8080' } }],
  ['sip.udp', { sip: { udp: 5080 } }],
  ['media.browserPort', { media: { browserPort: 19001 } }],
  ['media.pbxPorts', { media: { pbxPorts: [20000, 20999] } }],
  ['tokens.secret', { tokens: { secret: '0123456789abcdef0123456789abcdef' } }],
  ['limits.responseSeconds', { limits: { responseSeconds: 7 } }],
  ['log.level', { log: 'warn' }],
  ['records', { records: { file: '/var/lib/sip-call/calls.jsonl' } }],
] as [string, Omit<ConfigInput, 'sites'>][]) {
  test(`a change of ${path} needs a restart`, () => {
    assert.throws(() => assertReplaceable(running, configFrom({ sites, ...change })), {
      message: `${path}: cannot change while the gateway runs; restart it`,
    });
  });
}

test('a change of the token of the administrator needs a restart', () => {
  const withToken = (last: string) =>
    configFrom({ sites, admin: { token: `0123456789abcdef0123456789abcde${last}` } });
  assert.throws(
    () => assertReplaceable(withToken('e'), withToken('f')),
    /^ConfigError: admin\.token: cannot change/,
  );
});

test('other files of a certificate are taken, a certificate for the first time is not', () => {
  const withTls = (certificate: string) => configFrom({ sites, tls: { certificate, key: 'key.pem' } });
  assertReplaceable(withTls('a.pem'), withTls('b.pem'));
  assert.throws(() => assertReplaceable(withTls('a.pem'), running), /^ConfigError: tls: cannot change/);
});
