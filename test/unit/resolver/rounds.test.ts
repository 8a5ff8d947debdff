// How long a resolution takes, in round trips to a slow DNS server.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mysiteZone } from '../../../demo-site/dns/mysite-zone.ts';
import type { BegunResolution, Target } from '../../../gateway/resolver/target.ts';
import { a, naptr, scene, shown, srv } from './zones.ts';

/** So long that a busy machine does not merge two round trips. */
const roundMs = 500;
const pbx = { address: '192.0.2.1', port: 5060 };
const zone = mysiteZone(pbx, { second: { address: '192.0.2.2', port: 5060 } }).records;
const mysite = { scheme: 'sip', host: 'mysite.test' } as const;
const slow = { delayMs: roundMs, families: ['ipv4'], deadlineMs: 20 * roundMs } as const;

/** Timers may fire slightly early. */
async function rounds(
  work: Promise<unknown>,
  started = performance.now(),
  eachMs = roundMs,
): Promise<number> {
  await work;
  return Math.floor((performance.now() + 5 - started) / eachMs);
}

async function all({ targets }: BegunResolution): Promise<Target[]> {
  const list: Target[] = [];
  for await (const target of targets) list.push(target);
  return list;
}

test("the first server of the founding document's zone is known after two round trips, the second after three", async t => {
  const { resolver } = await scene(t, zone, slow);
  const started = performance.now();
  const beginning = resolver.begin(mysite);
  assert.equal(await rounds(beginning, started), 2);
  const begun = await beginning;
  assert.equal(await rounds(begun.whole, started), 3);
  const { targets } = await begun.whole;
  assert.deepEqual(shown(targets), ['udp 192.0.2.1:5060', 'udp 192.0.2.2:5060', 'tcp 192.0.2.1:5060']);
  assert.deepEqual(await all(begun), targets);
});

test('a domain with the usual SRV names is completely resolved after two round trips', async t => {
  const usual = zone.filter(({ type, data }) => type !== 'NAPTR' || !data.replacement.includes('second'));
  const { resolver } = await scene(t, usual, slow);
  assert.equal(await rounds(resolver.resolve(mysite)), 2);
});

test('if a server sends additional records, one round trip is enough', async t => {
  const { resolver, asked } = await scene(t, zone, { ...slow, additionals: true });
  assert.equal(await rounds(resolver.resolve(mysite)), 1);
  assert.ok(!asked.some(question => question.startsWith('A ')));
  const { trace } = await resolver.resolve(mysite);
  assert.equal(trace.find(step => step.name === '_sip._udp.second.mysite.test')?.from, 'additional section');
});

test('while addresses are cached, NAPTR and SRV records cost one round trip', async t => {
  let now = 0;
  const records = [
    naptr('short.test', 10, 10, 's', 'SIP+D2U', '_sip._udp.short.test', '', 1),
    srv('_sip._udp.short.test', 10, 0, 5060, 'pbx.short.test', 1),
    a('pbx.short.test', '192.0.2.1', 600),
  ];
  // Less than the 400 ms after which stale answers are used.
  const delayMs = 250;
  const { resolver } = await scene(t, records, { ...slow, delayMs, now: () => now });
  const resolved = () =>
    rounds(resolver.resolve({ scheme: 'sip', host: 'short.test' }), performance.now(), delayMs);
  assert.equal(await resolved(), 2);
  now += 2_000;
  assert.equal(await resolved(), 1);
  assert.equal(await resolved(), 0);
});

test('a slow answer about later servers does not delay the first', async t => {
  const { resolver } = await scene(t, zone, {
    families: ['ipv4'],
    misbehave: ({ name }) => (name.includes('second') ? 'silence' : undefined),
    deadlineMs: 2_000,
  });
  const started = performance.now();
  const begun = await resolver.begin(mysite);
  assert.ok(performance.now() - started < 1_500);
  const { targets, trace } = await begun.whole;
  assert.deepEqual(shown(targets), ['udp 192.0.2.1:5060', 'tcp 192.0.2.1:5060']);
  assert.equal(
    trace.find(step => step.name === '_sip._udp.second.mysite.test')?.failure,
    'no answer in time',
  );
});

test('the answer of one family does not wait for that of the other', async t => {
  const { resolver } = await scene(t, zone, {
    misbehave: ({ type }) => (type === 'AAAA' ? 'silence' : undefined),
    deadlineMs: 4_000,
  });
  const started = performance.now();
  const { targets } = await resolver.begin(mysite);
  const first = await targets[Symbol.asyncIterator]().next();
  assert.equal(first.value?.address, '192.0.2.1');
  assert.ok(performance.now() - started < 3_000);
});

test('an aborted resolution ends the reading of its targets with the reason', async t => {
  const { resolver } = await scene(t, zone, {
    families: ['ipv4'],
    misbehave: ({ name }) => (name.includes('second') ? 'silence' : undefined),
  });
  const abort = new AbortController();
  const begun = await resolver.begin(mysite, abort.signal);
  const reason = new Error('the caller hung up');
  const reading = all(begun);
  abort.abort(reason);
  await assert.rejects(reading, reason);
  await assert.rejects(begun.whole, reason);
});
