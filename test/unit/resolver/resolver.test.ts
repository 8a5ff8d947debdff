import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mysiteZone } from '../../../demo-site/dns/mysite-zone.ts';
import { a, aaaa, naptr, scene, shown, srv } from './zones.ts';

const pbx = { address: '192.0.2.1', port: 5060 };
const second = { address: '192.0.2.2', port: 5060 };
const sip = (host: string, more: { port?: number; transport?: string } = {}) => {
  return { scheme: 'sip', host, ...more } as const;
};

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

test('the trace shows the questions as a person would follow them, and the records in the order chosen', async t => {
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

test('a sips URI takes TLS alone from the same zone', async t => {
  const { records } = mysiteZone(pbx, { tls: { ...pbx, port: 5061 } });
  const { resolver } = await scene(t, records);
  const resolution = await resolver.resolve({ scheme: 'sips', host: 'mysite.test' });
  assert.deepEqual(shown(resolution), ['tls 192.0.2.1:5061']);
});

test('a sips URI is not resolved to clear where the domain offers no TLS', async t => {
  const { resolver } = await scene(t, mysiteZone(pbx).records);
  const resolving = resolver.resolve({ scheme: 'sips', host: 'mysite.test' });
  await assert.rejects(resolving, { name: 'ResolveError', code: 'nothing-usable' });
});

test('a sips URI of a domain with an address only is tried over TLS on 5061', async t => {
  const { resolver } = await scene(t, [a('plain.test', '192.0.2.1')]);
  const resolution = await resolver.resolve({ scheme: 'sips', host: 'plain.test' });
  assert.deepEqual(shown(resolution), ['tls 192.0.2.1:5061']);
});

test('what stands in clear after TLS in the zone is no place to fall back to', async t => {
  const { resolver } = await scene(t, [
    naptr('safe.test', 10, 10, 's', 'SIPS+D2T', '_sips._tcp.safe.test'),
    naptr('safe.test', 20, 10, 's', 'SIP+D2U', '_sip._udp.safe.test'),
    srv('_sips._tcp.safe.test', 1, 0, 5061, 'a.test'),
    srv('_sip._udp.safe.test', 1, 0, 5060, 'a.test'),
    a('a.test', '192.0.2.1'),
  ]);
  assert.deepEqual(shown(await resolver.resolve(sip('safe.test'))), ['tls 192.0.2.1:5061']);
});

test("RFC 3263's own example, its TLS server gone from DNS, leads to both TCP servers", async t => {
  const { resolver } = await scene(t, [
    naptr('example.test', 50, 50, 's', 'SIPS+D2T', '_sips._tcp.example.test'),
    naptr('example.test', 90, 50, 's', 'SIP+D2T', '_sip._tcp.example.test'),
    naptr('example.test', 100, 50, 's', 'SIP+D2U', '_sip._udp.example.test'),
    srv('_sip._tcp.example.test', 0, 1, 5060, 'server1.example.test'),
    srv('_sip._tcp.example.test', 0, 2, 5060, 'server2.example.test'),
    a('server1.example.test', '192.0.2.1'),
    a('server2.example.test', '192.0.2.2'),
  ]);
  assert.deepEqual(shown(await resolver.resolve(sip('example.test'))), [
    'tcp 192.0.2.1:5060',
    'tcp 192.0.2.2:5060',
  ]);
});

test('without NAPTR the SRV records of every transport are taken, UDP before TCP before TLS', async t => {
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

test('NAPTR records that lead to no SRV record fall back to the address, on a transport they named', async t => {
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
    'SCTP is not spoken here',
  ]);
});

test('an explicit port skips NAPTR and SRV', async t => {
  const { resolver, asked } = await scene(t, mysiteZone(pbx).records);
  const resolution = await resolver.resolve(sip('asterisk.mysite.test', { port: 5099 }));
  assert.deepEqual(shown(resolution), ['udp 192.0.2.1:5099']);
  assert.deepEqual(asked.sort(), ['A asterisk.mysite.test', 'AAAA asterisk.mysite.test']);
});

test('an explicit transport skips NAPTR and takes the SRV records of that transport', async t => {
  const { resolver, asked } = await scene(t, mysiteZone(pbx).records);
  const resolution = await resolver.resolve(sip('mysite.test', { transport: 'TCP' }));
  assert.deepEqual(shown(resolution), ['tcp 192.0.2.1:5060']);
  assert.ok(!asked.some(question => question.startsWith('NAPTR')));
});

test('a transport that we do not speak is refused without a question', async t => {
  const { resolver, asked } = await scene(t, mysiteZone(pbx).records);
  await assert.rejects(resolver.resolve(sip('mysite.test', { transport: 'sctp' })), {
    code: 'nothing-usable',
  });
  assert.deepEqual(asked, []);
});

test('literal addresses ask nothing and take the default transport and port', async t => {
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

test('a host that is no name is refused without a question', async t => {
  const { resolver, asked } = await scene(t, []);
  for (const host of ['', 'a b.test', 'x\r\ny.test', 'fe80::1%eth0', `${'a.'.repeat(130)}test`]) {
    await assert.rejects(resolver.resolve(sip(host)), { code: 'nothing-usable' }, JSON.stringify(host));
  }
  assert.deepEqual(asked, []);
});

test('both families of one SRV target come before the next SRV target, and take turns', async t => {
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

test('an alias is followed, and a loop of aliases leads nowhere', async t => {
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

test('what is returned cannot be changed by one call for the others', async t => {
  const { resolver } = await scene(t, mysiteZone(pbx, { second }).records);
  const { targets } = await resolver.resolve(sip('mysite.test'));
  assert.throws(() => (targets as unknown[]).pop(), TypeError);
});
