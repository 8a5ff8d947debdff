// A resolver with DNS servers that fail, are silent, send false data, or point at forbidden addresses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mysiteZone } from '../../../demo-site/dns/mysite-zone.ts';
import type { ResolveError } from '../../../gateway/resolver/resolve-error.ts';
import { createResolver } from '../../../gateway/resolver/resolver.ts';
import { eventually } from '../../support/eventually.ts';
import { a, aaaa, naptr, scene, shown, srv } from './zones.ts';

const pbx = { address: '192.0.2.1', port: 5060 };
const mysite = { scheme: 'sip', host: 'mysite.test' } as const;

test('a domain that does not exist is distinguished from one without SIP', async t => {
  const { resolver } = await scene(t, [{ name: 'mail.test', type: 'NAPTR', data: enumRecord }]);
  await assert.rejects(resolver.resolve({ scheme: 'sip', host: 'nowhere.test' }), { code: 'no-such-domain' });
  await assert.rejects(resolver.resolve({ scheme: 'sip', host: 'mail.test' }), { code: 'nothing-usable' });
});

test('a server that fails every question is reported as such', async t => {
  const { resolver } = await scene(t, [], { misbehave: () => 'servfail' });
  await assert.rejects(resolver.resolve(mysite), (error: ResolveError) => {
    assert.equal(error.code, 'no-answer');
    assert.equal(error.trace[0]?.failure, 'SERVFAIL');
    return true;
  });
});

test('an unreachable server is reported as such', async () => {
  const resolver = createResolver({ servers: ['127.0.0.1:9'], allow: () => true });
  await assert.rejects(resolver.resolve(mysite), (error: ResolveError) => {
    assert.match(error.code, /^(no-answer|timeout)$/);
    return true;
  });
  resolver.close();
});

test('a server that never answers costs the deadline and no more', async t => {
  const { resolver } = await scene(t, [], { misbehave: () => 'silence', deadlineMs: 1_000 });
  const started = performance.now();
  await assert.rejects(resolver.resolve(mysite), { code: 'timeout' });
  assert.ok(performance.now() - started < 1_900);
});

test('a server that ignores NAPTR questions leaves time for SRV and addresses', async t => {
  const { resolver } = await scene(t, mysiteZone(pbx).records, {
    misbehave: ({ type }) => (type === 'NAPTR' ? 'silence' : undefined),
    deadlineMs: 2_000,
  });
  const { targets, trace } = await resolver.resolve(mysite);
  assert.deepEqual(shown(targets), ['udp 192.0.2.1:5060', 'tcp 192.0.2.1:5060']);
  assert.equal(trace[0]?.failure, 'no answer in time');
});

test('a server that fails on NAPTR and SRV still yields the address', async t => {
  const { resolver } = await scene(t, [a('mysite.test', '192.0.2.1')], {
    misbehave: ({ type }) => (type === 'A' ? undefined : 'servfail'),
  });
  assert.deepEqual(shown(await resolver.resolve(mysite)), ['udp 192.0.2.1:5060']);
});

test('an invalid answer does no harm', async t => {
  const { resolver } = await scene(t, [], { misbehave: () => 'garbage', deadlineMs: 300 });
  await assert.rejects(resolver.resolve(mysite), { name: 'ResolveError' });
});

test('a truncated answer is fetched again over TCP', async t => {
  const many = Array.from({ length: 30 }, (_, index) =>
    srv('_sip._udp.long.test', 1, 1, 5000 + index, 'host.test'),
  );
  const over: string[] = [];
  const { resolver } = await scene(t, [...many, a('host.test', '192.0.2.1')], {
    misbehave: question => {
      over.push(question.over);
      return undefined;
    },
  });
  assert.equal((await resolver.resolve({ scheme: 'sip', host: 'long.test' })).targets.length, 8);
  assert.ok(over.includes('tcp'));
});

test('addresses that the fence refuses are dropped, reported and shown in the trace', async t => {
  const refused: string[] = [];
  const records = [
    srv('_sip._udp.rebind.test', 1, 0, 5060, 'inside.test'),
    srv('_sip._udp.rebind.test', 2, 0, 5060, 'outside.test'),
    a('inside.test', '127.0.0.1'),
    aaaa('inside.test', '::1'),
    a('outside.test', '192.0.2.1'),
  ];
  const { resolver } = await scene(t, records, {
    allow: address => address !== '127.0.0.1' && address !== '::1',
    onRefused: (address, host) => refused.push(`${host} ${address}`),
  });
  const { targets, trace } = await resolver.resolve({ scheme: 'sip', host: 'rebind.test' });
  assert.deepEqual(shown(targets), ['udp 192.0.2.1:5060']);
  assert.deepEqual(refused, ['inside.test 127.0.0.1', 'inside.test ::1']);
  assert.ok(trace.some(step => step.records.includes('127.0.0.1 ; ignored: network not allowed')));
});

test('a domain with only refused addresses is refused, and so is a literal address', async t => {
  const { resolver } = await scene(t, [a('inside.test', '10.0.0.1')], {
    allow: address => !address.startsWith('10.'),
  });
  await assert.rejects(resolver.resolve({ scheme: 'sip', host: 'inside.test' }), {
    code: 'forbidden-address',
  });
  await assert.rejects(resolver.resolve({ scheme: 'sip', host: '10.0.0.9' }), { code: 'forbidden-address' });
});

test('an aborted resolution rejects immediately with the reason of the signal', async t => {
  const { resolver } = await scene(t, [], { misbehave: () => 'silence' });
  const reason = new Error('the caller hung up');
  const abort = new AbortController();
  const resolving = resolver.resolve(mysite, abort.signal);
  abort.abort(reason);
  await assert.rejects(resolving, reason);
  await assert.rejects(resolver.resolve(mysite, abort.signal), reason);
});

test('a second resolution asks nothing, and concurrent ones share their questions', async t => {
  const { resolver, asked } = await scene(t, mysiteZone(pbx).records);
  const [first, other] = await Promise.all([resolver.resolve(mysite), resolver.resolve(mysite)]);
  const questions = asked.length;
  assert.equal(new Set(asked).size, questions);
  const again = await resolver.resolve(mysite);
  assert.equal(asked.length, questions);
  assert.deepEqual(shown(first), shown(again));
  assert.deepEqual(shown(first), shown(other));
  assert.ok(again.trace.every(step => step.from === 'cache'));
});

test('records with TTL 0 are asked for again, of every type', async t => {
  const { resolver, asked } = await scene(t, [
    naptr('fresh.test', 1, 1, 's', 'SIP+D2U', '_sip._udp.fresh.test', '', 0),
    srv('_sip._udp.fresh.test', 1, 0, 5060, 'pbx.fresh.test', 0),
    a('pbx.fresh.test', '192.0.2.1', 0),
  ]);
  const uri = { scheme: 'sip', host: 'fresh.test' } as const;
  await resolver.resolve(uri);
  await resolver.resolve(uri);
  for (const question of ['NAPTR fresh.test', 'SRV _sip._udp.fresh.test', 'A pbx.fresh.test']) {
    await eventually(`${question} is asked twice`, () => asked.filter(one => one === question).length >= 2);
  }
});

test('each record is kept for its own TTL', async t => {
  let now = 0;
  const { resolver, asked } = await scene(
    t,
    [
      naptr('ttl.test', 1, 1, 's', 'SIP+D2U', '_sip._udp.ttl.test', '', 300),
      srv('_sip._udp.ttl.test', 1, 0, 5060, 'pbx.ttl.test', 200),
      a('pbx.ttl.test', '192.0.2.1', 100),
    ],
    { now: () => now },
  );
  const uri = { scheme: 'sip', host: 'ttl.test' } as const;
  for (now of [0, 99_000, 150_000, 240_000, 299_000, 300_000]) await resolver.resolve(uri);
  const times = (question: string) => asked.filter(one => one === question).length;
  assert.deepEqual([times('NAPTR ttl.test'), times('SRV _sip._udp.ttl.test')], [2, 2]);
  assert.equal(times('A pbx.ttl.test'), 3);
});

test('additional records of one domain are not used for another', async t => {
  const { resolver } = await scene(
    t,
    [
      srv('_sip._udp.evil.test', 1, 0, 5060, 'pbx.good.test'),
      srv('_sip._udp.good.test', 1, 0, 5060, 'pbx.good.test'),
      a('pbx.good.test', '192.0.2.66'),
    ],
    { additionals: true, families: ['ipv4'] },
  );
  await resolver.resolve({ scheme: 'sip', host: 'evil.test' });
  const { trace } = await resolver.resolve({ scheme: 'sip', host: 'pbx.good.test', port: 5060 });
  assert.equal(trace[0]?.from, 'DNS');
});

test('when DNS fails, the last good answers are used, and the trace says so', async t => {
  let broken = false;
  let now = 0;
  const { resolver } = await scene(t, mysiteZone(pbx).records, {
    misbehave: () => (broken ? 'servfail' : undefined),
    now: () => now,
  });
  const before = await resolver.resolve(mysite);
  broken = true;
  now += 120_000;
  const after = await resolver.resolve(mysite);
  assert.deepEqual(shown(after), shown(before));
  assert.equal(after.trace[0]?.failure, 'SERVFAIL');
});

const enumRecord = {
  order: 1,
  preference: 1,
  flags: 'u',
  services: 'E2U+mail',
  regexp: '!.*!mailto:x@mail.test!',
  replacement: '.',
};

test('when DNS is silent, the last good answers are used after a moment', async t => {
  let broken = false;
  let later = 0;
  const { resolver } = await scene(t, mysiteZone(pbx).records, {
    misbehave: () => (broken ? 'silence' : undefined),
    now: () => performance.now() + later,
    families: ['ipv4'],
    deadlineMs: 4_000,
  });
  const before = await resolver.resolve(mysite);
  broken = true;
  later = 120_000;
  const started = performance.now();
  const after = await resolver.resolve(mysite);
  assert.ok(performance.now() - started < 2_000);
  assert.deepEqual(shown(after), shown(before));
  assert.equal(after.trace[0]?.failure, 'no answer in time');
});
