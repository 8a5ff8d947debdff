import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mysiteZone } from '../../../demo-site/dns/mysite-zone.ts';
import { a, aaaa, naptr, scene, shown, srv } from './zones.ts';

const pbx = { address: '192.0.2.1', port: 5060 };
const second = { address: '192.0.2.2', port: 5060 };
const sip = (host: string, more: { port?: number; transport?: string } = {}) => {
  return { scheme: 'sip', host, ...more } as const;
};

/** Different questions of a type: one without an answer in time is asked again. */
function countOf(type: string, asked: readonly string[]): number {
  return new Set(asked.filter(question => question.startsWith(`${type} `))).size;
}

test("the founding document's zone yields both UDP servers, then TCP, then TLS", async t => {
  const { records } = mysiteZone(pbx, { second, tls: { ...pbx, port: 5061 } });
  const { resolver } = await scene(t, records);
  const resolution = await resolver.resolve(sip('mysite.test'));
  assert.deepEqual(shown(resolution), [
    'udp 192.0.2.1:5060',
    'udp 192.0.2.2:5060',
    'tcp 192.0.2.1:5060',
    'tls 192.0.2.1:5061',
  ]);
  assert.equal(resolution.targets[1]?.hostname, 'asterisk2.mysite.test');
});

test('the trace shows the questions in logical order, and the records in the chosen order', async t => {
  const { resolver } = await scene(t, mysiteZone(pbx, { second }).records);
  const { trace } = await resolver.resolve(sip('mysite.test'));
  assert.deepEqual(
    trace.map(step => `${step.type} ${step.name}`),
    [
      'NAPTR mysite.test',
      'SRV _sip._udp.mysite.test',
      'A asterisk.mysite.test',
      'AAAA asterisk.mysite.test',
      'SRV _sip._udp.second.mysite.test',
      'A asterisk2.mysite.test',
      'AAAA asterisk2.mysite.test',
      'SRV _sip._tcp.mysite.test',
      'SRV _sips._tcp.mysite.test',
    ],
  );
  assert.equal(trace[0]?.records[1], '10 51 "s" "SIP+D2U" "" _sip._udp.second.mysite.test.');
  assert.equal(trace[0]?.from, 'DNS');
  assert.equal(trace[0]?.ttlSeconds, 60);
});

test('a sips URI uses only TLS from the same zone', async t => {
  const { records } = mysiteZone(pbx, { tls: { ...pbx, port: 5061 } });
  const { resolver } = await scene(t, records);
  const resolution = await resolver.resolve({ scheme: 'sips', host: 'mysite.test' });
  assert.deepEqual(shown(resolution), ['tls 192.0.2.1:5061']);
});

test('a sips URI is not resolved to an unencrypted transport if the domain offers no TLS', async t => {
  const { resolver } = await scene(t, mysiteZone(pbx).records);
  const resolving = resolver.resolve({ scheme: 'sips', host: 'mysite.test' });
  await assert.rejects(resolving, { name: 'ResolveError', code: 'nothing-usable' });
});

test('a sips URI of a domain with an address only is tried over TLS on 5061', async t => {
  const { resolver } = await scene(t, [a('plain.test', '192.0.2.1')]);
  const resolution = await resolver.resolve({ scheme: 'sips', host: 'plain.test' });
  assert.deepEqual(shown(resolution), ['tls 192.0.2.1:5061']);
});

test('unencrypted services after TLS in the zone are not used as a fallback', async t => {
  const { resolver } = await scene(t, [
    naptr('safe.test', 10, 10, 's', 'SIPS+D2T', '_sips._tcp.safe.test'),
    naptr('safe.test', 20, 10, 's', 'SIP+D2U', '_sip._udp.safe.test'),
    srv('_sips._tcp.safe.test', 1, 0, 5061, 'a.test'),
    srv('_sip._udp.safe.test', 1, 0, 5060, 'a.test'),
    a('a.test', '192.0.2.1'),
  ]);
  assert.deepEqual(shown(await resolver.resolve(sip('safe.test'))), ['tls 192.0.2.1:5061']);
});

/** RFC 3263 4.1: the domain offers TLS, TCP and UDP, in that order. */
const rfc3263 = [
  naptr('example.test', 50, 50, 's', 'SIPS+D2T', '_sips._tcp.example.test'),
  naptr('example.test', 90, 50, 's', 'SIP+D2T', '_sip._tcp.example.test'),
  naptr('example.test', 100, 50, 's', 'SIP+D2U', '_sip._udp.example.test'),
  srv('_sip._tcp.example.test', 0, 1, 5060, 'server1.example.test'),
  srv('_sip._tcp.example.test', 0, 2, 5060, 'server2.example.test'),
  a('server1.example.test', '192.0.2.1'),
  a('server2.example.test', '192.0.2.2'),
];

test("RFC 3263's client, with TCP and UDP, finds both TCP servers of its example", async t => {
  const { resolver } = await scene(t, rfc3263, { transports: ['udp', 'tcp'] });
  const { targets, trace } = await resolver.resolve(sip('example.test'));
  assert.deepEqual(shown(targets), ['tcp 192.0.2.1:5060', 'tcp 192.0.2.2:5060']);
  assert.equal(targets[0]?.because, 'NAPTR 90 50, SRV 0 1');
  assert.match(trace[0]?.records.at(-1) ?? '', /SIPS.*; ignored: tls is not requested$/);
});

test("RFC 3263's weights of 1 and 2 send two calls in three to the second server", async t => {
  const { resolver } = await scene(t, rfc3263, { transports: ['tcp'], random: Math.random });
  let second = 0;
  for (let call = 0; call < 3_000; call++) {
    const { targets } = await resolver.resolve(sip('example.test'));
    if (targets[0]?.hostname === 'server2.example.test') second++;
  }
  assert.ok(Math.abs(second / 3_000 - 2 / 3) < 0.05, `${second} of 3000`);
});

test("in RFC 3263's example with its TLS server a client with TLS uses only that", async t => {
  const secure = srv('_sips._tcp.example.test', 0, 1, 5061, 'server1.example.test');
  const { resolver } = await scene(t, [...rfc3263, secure]);
  assert.deepEqual(shown(await resolver.resolve(sip('example.test'))), ['tls 192.0.2.1:5061']);
});

test("RFC 3263's example, with its TLS server removed from DNS, leads to both TCP servers", async t => {
  const { resolver } = await scene(t, rfc3263);
  assert.deepEqual(shown(await resolver.resolve(sip('example.test'))), [
    'tcp 192.0.2.1:5060',
    'tcp 192.0.2.2:5060',
  ]);
});

test('without NAPTR the SRV records of every transport are used, UDP before TCP before TLS', async t => {
  const { resolver } = await scene(t, [
    srv('_sips._tcp.srv.test', 1, 0, 5061, 'a.srv.test'),
    srv('_sip._tcp.srv.test', 1, 0, 5070, 'a.srv.test'),
    srv('_sip._udp.srv.test', 20, 0, 5080, 'a.srv.test'),
    srv('_sip._udp.srv.test', 10, 0, 5090, 'a.srv.test'),
    a('a.srv.test', '192.0.2.1'),
  ]);
  assert.deepEqual(shown(await resolver.resolve(sip('srv.test'))), [
    'udp 192.0.2.1:5090',
    'udp 192.0.2.1:5080',
    'tcp 192.0.2.1:5070',
    'tls 192.0.2.1:5061',
  ]);
});

test('without NAPTR and SRV the domain itself is the host, over UDP', async t => {
  const { resolver } = await scene(t, [a('plain.test', '192.0.2.1'), aaaa('plain.test', '2001:db8::1')]);
  assert.deepEqual(shown(await resolver.resolve(sip('plain.test'))), [
    'udp 192.0.2.1:5060',
    'udp [2001:db8::1]:5060',
  ]);
});

test('NAPTR records without SRV records fall back to the address, on one of their transports', async t => {
  const { resolver } = await scene(t, [
    naptr('half.test', 10, 10, 's', 'SIP+D2T', '_sip._tcp.nowhere.test'),
    a('half.test', '192.0.2.1'),
  ]);
  assert.deepEqual(shown(await resolver.resolve(sip('half.test'))), ['tcp 192.0.2.1:5060']);
});

test('SRV records whose hosts have no address are not replaced by the address of the domain', async t => {
  const { resolver } = await scene(t, [
    srv('_sip._udp.gone.test', 1, 0, 5060, 'nobody.gone.test'),
    a('gone.test', '192.0.2.1'),
  ]);
  await assert.rejects(resolver.resolve(sip('gone.test')), { code: 'nothing-usable' });
});

test('an SRV target of "." means that there is no such service, and no fallback', async t => {
  const { resolver } = await scene(t, [srv('_sip._udp.no.test', 0, 0, 0, '.'), a('no.test', '192.0.2.1')]);
  await assert.rejects(resolver.resolve(sip('no.test')), { code: 'nothing-usable' });
});

test('NAPTR flag "a" leads to the host on the default port', async t => {
  const { resolver } = await scene(t, [
    naptr('flag.test', 10, 10, 'A', 'SIP+D2T', 'host.test'),
    a('host.test', '192.0.2.1'),
  ]);
  assert.deepEqual(shown(await resolver.resolve(sip('flag.test'))), ['tcp 192.0.2.1:5060']);
});

test('NAPTR records of other services, flag "u" and regular expressions are ignored, and the trace says why', async t => {
  const { resolver } = await scene(t, [
    naptr('odd.test', 1, 1, 'u', 'E2U+sip', '.', '!^.*$!sip:x@evil.test!'),
    naptr('odd.test', 2, 1, 'u', 'SIP+D2U', 'host.test'),
    naptr('odd.test', 3, 1, 's', 'SIP+D2U', '.', '!^.*$!_sip._udp.evil.test!'),
    naptr('odd.test', 4, 1, 's', 'SIP+D2S', '_sip._sctp.odd.test'),
    a('odd.test', '192.0.2.1'),
  ]);
  const { targets, trace } = await resolver.resolve(sip('odd.test'));
  assert.deepEqual(shown(targets), ['udp 192.0.2.1:5060']);
  const reasons = trace[0]?.records.map(line => line.split(' ; ignored: ')[1]);
  assert.deepEqual(reasons, [
    'another service',
    'leads to a URI',
    'regular expression',
    'SCTP is not supported',
  ]);
});

test('NAPTR services for WebSocket (RFC 7118) are ignored with a reason', async t => {
  const { resolver } = await scene(t, [
    naptr('web.test', 1, 1, 's', 'SIP+D2W', '_sip._ws.web.test'),
    naptr('web.test', 1, 2, 's', 'SIPS+D2W', '_sips._ws.web.test'),
    naptr('web.test', 2, 1, 's', 'SIP+D2T', '_sip._tcp.web.test'),
    srv('_sip._tcp.web.test', 1, 0, 5060, 'a.test'),
    a('a.test', '192.0.2.1'),
  ]);
  const { targets, trace } = await resolver.resolve(sip('web.test'));
  assert.deepEqual(shown(targets), ['tcp 192.0.2.1:5060']);
  assert.deepEqual(
    trace[0]?.records.slice(1).map(line => line.split(' ; ')[1]),
    ['ignored: WebSocket is for browsers', 'ignored: WebSocket is for browsers'],
  );
});

test('NAPTR records without a flag are replaced by those of another name', async t => {
  const { resolver } = await scene(t, [
    naptr('from.test', 10, 1, '', '', 'provider.test'),
    naptr('from.test', 20, 1, 's', 'SIP+D2T', '_sip._tcp.from.test'),
    naptr('provider.test', 1, 1, 's', 'SIP+D2U', '_sip._udp.provider.test'),
    srv('_sip._udp.provider.test', 1, 0, 5060, 'a.test'),
    srv('_sip._tcp.from.test', 1, 0, 5060, 'a.test'),
    a('a.test', '192.0.2.1'),
  ]);
  const { targets } = await resolver.resolve(sip('from.test'));
  assert.deepEqual(shown(targets), ['udp 192.0.2.1:5060', 'tcp 192.0.2.1:5060']);
  assert.equal(targets[0]?.domain, 'from.test');
});

test('NAPTR records in a loop, or in an endless chain, are given up', async t => {
  const chain = Array.from({ length: 20 }, (_, index) =>
    naptr(`n${index}.test`, 1, 1, '', '', `n${index + 1}.test`),
  );
  const { resolver, asked } = await scene(t, [
    naptr('ring.test', 1, 1, '', '', 'gnir.test'),
    naptr('gnir.test', 1, 1, '', '', 'ring.test'),
    a('ring.test', '192.0.2.1'),
    ...chain,
    a('n0.test', '192.0.2.2'),
  ]);
  assert.deepEqual(shown(await resolver.resolve(sip('ring.test'))), ['udp 192.0.2.1:5060']);
  assert.deepEqual(shown(await resolver.resolve(sip('n0.test'))), ['udp 192.0.2.2:5060']);
  assert.ok(countOf('NAPTR', asked) <= 6);
});

test('of a hundred NAPTR records sixteen are followed', async t => {
  const many = Array.from({ length: 100 }, (_, index) => index);
  const { resolver, asked } = await scene(
    t,
    many.map(index => naptr('many.test', index, 1, 's', 'SIP+D2U', `_sip._udp.s${index}.test`)),
  );
  await assert.rejects(resolver.resolve(sip('many.test')), { code: 'nothing-usable' });
  assert.ok(countOf('SRV', asked) <= 16 + 3);
});

test('if the first hosts have no address, the next ones are asked for, up to 24', async t => {
  const many = Array.from({ length: 100 }, (_, index) => index);
  const { resolver, asked } = await scene(t, [
    ...many.map(index => srv('_sip._udp.holes.test', index, 0, 5060, `host${index}.test`)),
    a('host12.test', '192.0.2.1'),
    a('host50.test', '192.0.2.2'),
  ]);
  assert.deepEqual(shown(await resolver.resolve(sip('holes.test'))), ['udp 192.0.2.1:5060']);
  assert.equal(asked.filter(question => question.startsWith('A ')).length, 24);
});

test('every target has the domain of the URI, for its certificate, and the records that led to it', async t => {
  const { resolver } = await scene(t, mysiteZone(pbx, { second, tls: { ...pbx, port: 5061 } }).records);
  const { targets } = await resolver.resolve(sip('MySite.test.'));
  assert.deepEqual(
    targets.map(({ domain, because }) => `${domain}: ${because}`),
    [
      'mysite.test: NAPTR 10 50, SRV 10 0',
      'mysite.test: NAPTR 10 51, SRV 10 0',
      'mysite.test: NAPTR 20 50, SRV 10 0',
      'mysite.test: NAPTR 20 50, SRV 10 0',
    ],
  );
});

test('an explicit port skips NAPTR and SRV', async t => {
  const { resolver, asked } = await scene(t, mysiteZone(pbx).records);
  const resolution = await resolver.resolve(sip('asterisk.mysite.test', { port: 5099 }));
  assert.deepEqual(shown(resolution), ['udp 192.0.2.1:5099']);
  assert.deepEqual(asked.sort(), ['A asterisk.mysite.test', 'AAAA asterisk.mysite.test']);
});

test('an explicit transport skips NAPTR and uses the SRV records of that transport', async t => {
  const { resolver, asked } = await scene(t, mysiteZone(pbx).records);
  const resolution = await resolver.resolve(sip('mysite.test', { transport: 'TCP' }));
  assert.deepEqual(shown(resolution), ['tcp 192.0.2.1:5060']);
  assert.ok(!asked.some(question => question.startsWith('NAPTR')));
});

test('an unsupported transport is refused without a question', async t => {
  const { resolver, asked } = await scene(t, mysiteZone(pbx).records);
  await assert.rejects(resolver.resolve(sip('mysite.test', { transport: 'sctp' })), {
    code: 'nothing-usable',
  });
  assert.deepEqual(asked, []);
});

test('literal addresses cause no question and use the default transport and port', async t => {
  const { resolver, asked } = await scene(t, []);
  assert.deepEqual(shown(await resolver.resolve(sip('192.0.2.7'))), ['udp 192.0.2.7:5060']);
  assert.deepEqual(shown(await resolver.resolve(sip('[2001:db8::7]', { port: 5070 }))), [
    'udp [2001:db8::7]:5070',
  ]);
  assert.deepEqual(shown(await resolver.resolve({ scheme: 'sips', host: '192.0.2.7' })), [
    'tls 192.0.2.7:5061',
  ]);
  assert.deepEqual(asked, []);
});

test('an invalid host name is refused without a question', async t => {
  const { resolver, asked } = await scene(t, []);
  for (const host of ['', 'a b.test', 'x\r\ny.test', 'fe80::1%eth0', `${'a.'.repeat(130)}test`]) {
    await assert.rejects(resolver.resolve(sip(host)), { code: 'nothing-usable' }, JSON.stringify(host));
  }
  assert.deepEqual(asked, []);
});

test('both families of one SRV target come before the next SRV target, and alternate', async t => {
  const { resolver } = await scene(
    t,
    [
      srv('_sip._udp.dual.test', 1, 0, 5060, 'one.test'),
      srv('_sip._udp.dual.test', 2, 0, 5060, 'two.test'),
      a('one.test', '192.0.2.1'),
      a('one.test', '192.0.2.2'),
      aaaa('one.test', '2001:db8::1'),
      a('two.test', '192.0.2.3'),
    ],
    { families: ['ipv6', 'ipv4'] },
  );
  const resolution = await resolver.resolve(sip('dual.test'));
  const addresses = resolution.targets.map(target => target.address);
  assert.equal(addresses[0], '2001:db8::1');
  assert.deepEqual(addresses.slice(1, 3).sort(), ['192.0.2.1', '192.0.2.2']);
  assert.equal(addresses[3], '192.0.2.3');
});

test('addresses are in the order of RFC 6724 for our source addresses', async t => {
  const zone = [
    srv('_sip._udp.dual.test', 1, 0, 5060, 'one.test'),
    a('one.test', '192.0.2.1'),
    aaaa('one.test', 'fd00::1'),
    aaaa('one.test', '2001:db8::1'),
  ];
  const addresses = async (from: readonly string[]) => {
    const { resolver } = await scene(t, zone, { families: undefined, from });
    return (await resolver.resolve(sip('dual.test'))).targets.map(({ address }) => address);
  };
  assert.deepEqual(await addresses(['198.51.100.7', '2001:db8::7']), ['2001:db8::1', '192.0.2.1', 'fd00::1']);
  assert.deepEqual(await addresses(['198.51.100.7', 'fd00::7']), ['192.0.2.1', 'fd00::1', '2001:db8::1']);
  assert.deepEqual(await addresses(['198.51.100.7']), ['192.0.2.1']);
  assert.deepEqual(new Set(await addresses(['2001:db8::7'])), new Set(['2001:db8::1', 'fd00::1']));
});

test('SRV records are found for each transport that the URI may name', async t => {
  const { resolver } = await scene(t, [
    srv('_sip._udp.three.test', 1, 0, 5070, 'a.test'),
    srv('_sip._tcp.three.test', 1, 0, 5071, 'a.test'),
    srv('_sips._tcp.three.test', 1, 0, 5072, 'a.test'),
    a('a.test', '192.0.2.1'),
  ]);
  for (const [uri, target] of [
    [sip('three.test', { transport: 'udp' }), 'udp 192.0.2.1:5070'],
    [sip('three.test', { transport: 'tcp' }), 'tcp 192.0.2.1:5071'],
    [sip('three.test', { transport: 'tls' }), 'tls 192.0.2.1:5072'],
    [{ scheme: 'sips', host: 'three.test', transport: 'tcp' }, 'tls 192.0.2.1:5072'],
    [{ scheme: 'sips', host: 'a.test', port: 5099 }, 'tls 192.0.2.1:5099'],
    [sip('a.test', { port: 5099, transport: 'tcp' }), 'tcp 192.0.2.1:5099'],
  ] as const) {
    assert.deepEqual(shown(await resolver.resolve(uri)), [target]);
  }
  for (const uri of [
    { scheme: 'sips', host: 'three.test', transport: 'udp' },
    sip('three.test', { transport: 'ws' }),
  ] as const) {
    await assert.rejects(resolver.resolve(uri), { code: 'nothing-usable' });
  }
});

test('an alias is followed, and a loop of aliases is given up', async t => {
  const { resolver } = await scene(t, [
    { name: 'alias.test', type: 'CNAME', data: 'real.test' },
    a('real.test', '192.0.2.1'),
    { name: 'loop.test', type: 'CNAME', data: 'pool.test' },
    { name: 'pool.test', type: 'CNAME', data: 'loop.test' },
  ]);
  assert.deepEqual(shown(await resolver.resolve(sip('alias.test'))), ['udp 192.0.2.1:5060']);
  await assert.rejects(resolver.resolve(sip('loop.test')), { name: 'ResolveError' });
});

test('of a hundred SRV records eight targets are returned, and no more hosts than those are asked for', async t => {
  const many = Array.from({ length: 100 }, (_, index) => index);
  const { resolver, asked } = await scene(t, [
    ...many.map(index => srv('_sip._udp.many.test', index, 0, 5060, `host${index}.test`)),
    ...many.map(index => a(`host${index}.test`, `192.0.2.${index + 1}`)),
  ]);
  const resolution = await resolver.resolve(sip('many.test'));
  assert.deepEqual(shown(resolution)[7], 'udp 192.0.2.8:5060');
  assert.equal(resolution.targets.length, 8);
  assert.equal(asked.filter(question => question.startsWith('A ')).length, 8);
});

test('one call cannot change the result for others', async t => {
  const { resolver } = await scene(t, mysiteZone(pbx, { second }).records);
  const { targets } = await resolver.resolve(sip('mysite.test'));
  assert.throws(() => (targets as unknown[]).pop(), TypeError);
});

test('a host in SDP is resolved directly, filtered by the fence, without its services', async t => {
  const { resolver, asked } = await scene(
    t,
    [
      ...mysiteZone(pbx).records,
      a('mysite.test', '10.0.0.5'),
      a('mysite.test', '192.0.2.9'),
      aaaa('mysite.test', '2001:db8::9'),
      a('inside.test', '10.0.0.5'),
    ],
    { allow: address => !address.startsWith('10.') },
  );
  assert.deepEqual(await resolver.addresses('mysite.test'), ['192.0.2.9', '2001:db8::9']);
  assert.deepEqual(asked, ['A mysite.test', 'AAAA mysite.test']);
  await assert.rejects(resolver.addresses('inside.test'), {
    name: 'ResolveError',
    code: 'forbidden-address',
  });
  await assert.rejects(resolver.addresses('gone.test'), { name: 'ResolveError', code: 'no-such-domain' });
});
