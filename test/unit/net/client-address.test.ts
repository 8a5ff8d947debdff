import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { clientAddressOf, isOfKnownAddress, isSecure, Proxies } from '../../../gateway/net/client-address.ts';

const networks = ['10.0.0.0/8', 'fd00::/8'];

function request(remoteAddress: string, headers: Record<string, string>): IncomingMessage {
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
}

for (const [what, remote, header, expected] of [
  ['nobody is a proxy who is not named', '203.0.113.9', '198.51.100.7', '203.0.113.9'],
  ['a proxy speaks for the visitor', '10.0.0.1', '198.51.100.7', '198.51.100.7'],
  [
    'what a visitor has said before the proxy is not believed',
    '10.0.0.1',
    '1.2.3.4, 198.51.100.7',
    '198.51.100.7',
  ],
  ['two of the proxies in a row', '10.0.0.1', '1.2.3.4, 198.51.100.7, 10.0.0.2', '198.51.100.7'],
  ['as a dual-stack socket sees it', '::ffff:10.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['a proxy by IPv6, a visitor with a port', 'fd00::1', '[2001:db8::1]:4711', '2001:db8::1'],
  ['without brackets', 'fd00::1', '2001:db8::1', '2001:db8::1'],
  ['in another spelling', 'fd00::1', '2001:DB8:0:0::1', '2001:db8::1'],
  ['with a zone that only the proxy knows', 'fd00::1', 'fe80::1%eth0', 'fe80::1'],
  ['IPv4 with a port', '10.0.0.1', '198.51.100.7:80', '198.51.100.7'],
  ['a proxy that says nothing is the visitor', '10.0.0.1', '', '10.0.0.1'],
  ['so is one that says what is no address', '10.0.0.1', '198.51.100.7, unknown', '10.0.0.1'],
  ['a visitor within', '10.0.0.1', '10.0.0.9', '10.0.0.9'],
] as const) {
  test(what, () => {
    const one = request(remote, { 'x-forwarded-for': header, forwarded: 'for=192.0.2.1' });
    new Proxies({ networks, header: 'x-forwarded-for', proxyProtocol: false }).readHeaders(one);
    assert.equal(clientAddressOf(one), expected);
  });
}

for (const [header, expected] of [
  ['for=198.51.100.7;proto=https', '198.51.100.7'],
  ['for=1.2.3.4, For="[2001:db8::1]:4711"', '2001:db8::1'],
  ['for=198.51.100.7, for=10.0.0.2', '198.51.100.7'],
  ['for=_hidden', '10.0.0.1'],
  ['for="broken', '10.0.0.1'],
  ['for=", for=198.51.100.7', '198.51.100.7'],
  ['for=", for="[2001:db8::1]:4711"', '2001:db8::1'],
  ['for=",;==, for=198.51.100.7;host="a,b";proto=https, for=10.0.0.2', '198.51.100.7'],
  ['for=", for=198.51.100.7;host="a, for=1.2.3.4"', '198.51.100.7'],
  [`${',"'.repeat(2_000)}, for=198.51.100.7`, '198.51.100.7'],
] as const) {
  test(`Forwarded: ${header.slice(-80)}`, () => {
    const one = request('10.0.0.1', { 'x-forwarded-for': '192.0.2.1', forwarded: header });
    new Proxies({ networks, header: 'forwarded', proxyProtocol: false }).readHeaders(one);
    assert.equal(clientAddressOf(one), expected);
  });
}

test('a proxy says by which name and how the visitor has asked; nobody else does', () => {
  const headers = { host: 'inside', 'x-forwarded-host': 'call.mysite.ru', 'x-forwarded-proto': 'https' };
  const [ours, other] = [request('10.0.0.1', { ...headers }), request('203.0.113.9', { ...headers })];
  const proxies = new Proxies({ networks, header: 'x-forwarded-for', proxyProtocol: false });
  for (const one of [ours, other]) proxies.readHeaders(one);
  assert.deepEqual([ours.headers.host, isSecure(ours)], ['call.mysite.ru', true]);
  assert.deepEqual([other.headers.host, isSecure(other)], ['inside', false]);
});

test('without proxies nobody is believed', () => {
  const one = request('10.0.0.1', { 'x-forwarded-for': '198.51.100.7' });
  new Proxies(undefined).readHeaders(one);
  assert.equal(clientAddressOf(one), '10.0.0.1');
});

const proxies = (header?: 'forwarded' | 'x-forwarded-for') =>
  new Proxies({ networks, proxyProtocol: false, ...(header && { header }) });

for (const [what, headers, expected] of [
  [
    'Forwarded tells host and scheme too',
    { forwarded: 'for=198.51.100.7;proto=https;host=call.mysite.ru' },
    ['198.51.100.7', true, 'call.mysite.ru'],
  ],
  [
    'of several proxies the one nearest to the visitor knows how they asked',
    {
      forwarded:
        'for=1.2.3.4;proto=http;host=evil.example, For="[2001:db8::1]:4711";Proto=HTTPS;Host="call.mysite.ru", for=10.0.0.2;proto=http;host=inside',
    },
    ['2001:db8::1', true, 'call.mysite.ru'],
  ],
  [
    'a proxy that says nothing of a scheme leaves it to the next',
    { forwarded: 'for=198.51.100.7;proto=https, for=10.0.0.2' },
    ['198.51.100.7', true, 'inside'],
  ],
  ['a hidden visitor, an open scheme', { forwarded: 'for=_abc;proto=https' }, ['10.0.0.1', true, 'inside']],
  [
    'an unknown visitor',
    { forwarded: 'for=unknown;host=call.mysite.ru' },
    ['10.0.0.1', false, 'call.mysite.ru'],
  ],
  ['a port that is hidden', { forwarded: 'for="198.51.100.7:_p1"' }, ['198.51.100.7', false, 'inside']],
  [
    'a host that is none',
    { forwarded: 'for=198.51.100.7;host="a b/<x>"' },
    ['198.51.100.7', false, 'inside'],
  ],
  [
    'a scheme that is none',
    { forwarded: 'for=198.51.100.7;proto=gopher' },
    ['198.51.100.7', false, 'inside'],
  ],
  ['an empty element', { forwarded: ', for=198.51.100.7;proto=https,' }, ['198.51.100.7', true, 'inside']],
  [
    'X-Forwarded-For goes before Forwarded, which a visitor may have written',
    { forwarded: 'for=1.2.3.4;proto=https;host=evil.example', 'x-forwarded-for': '198.51.100.7' },
    ['198.51.100.7', false, 'inside'],
  ],
  [
    'the lists of X-Forwarded-* go side by side',
    {
      'x-forwarded-for': '1.2.3.4, 198.51.100.7, 10.0.0.2',
      'x-forwarded-proto': 'http, https, http',
      'x-forwarded-host': 'evil.example, call.mysite.ru, inside',
    },
    ['198.51.100.7', true, 'call.mysite.ru'],
  ],
] as const) {
  test(`behind a proxy: ${what}`, () => {
    const one = request('10.0.0.1', { host: 'inside', ...headers } as Record<string, string>);
    proxies().readHeaders(one);
    assert.deepEqual([clientAddressOf(one), isSecure(one), one.headers.host], expected);
  });
}

test('a header that is named is the only one that counts', () => {
  const said = {
    forwarded: 'for=198.51.100.7;proto=https;host=call.mysite.ru',
    'x-forwarded-for': '192.0.2.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'evil.example',
  };
  const [one, other] = [request('10.0.0.1', { ...said }), request('10.0.0.1', { ...said })];
  proxies('forwarded').readHeaders(one);
  proxies('x-forwarded-for').readHeaders(other);
  assert.deepEqual(
    [clientAddressOf(one), isSecure(one), one.headers.host],
    ['198.51.100.7', true, 'call.mysite.ru'],
  );
  assert.deepEqual(
    [clientAddressOf(other), isSecure(other), other.headers.host],
    ['192.0.2.1', false, 'evil.example'],
  );
});

test('what a proxy does without saying for whom is not held against its address', () => {
  for (const [headers, known] of [
    [{ forwarded: 'for=_hidden' }, false],
    [{}, false],
    [{ forwarded: 'for=198.51.100.7' }, true],
  ] as const) {
    const one = request('10.0.0.1', headers as Record<string, string>);
    proxies().readHeaders(one);
    assert.equal(isOfKnownAddress(one), known);
  }
  assert.equal(isOfKnownAddress(request('203.0.113.9', {})), true);
});
