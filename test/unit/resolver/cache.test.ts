import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnswerCache, cacheLimits } from '../../../gateway/resolver/cache.ts';
import type { DnsAnswer } from '../../../gateway/resolver/records.ts';

const found = (ttlSeconds = 60): DnsAnswer<string> => ({ kind: 'records', records: ['one'], ttlSeconds });
const absent = (ttlSeconds: number): DnsAnswer<string> => ({
  kind: 'absent',
  why: 'no such name',
  ttlSeconds,
});
const failed: DnsAnswer<string> = { kind: 'failed', why: 'SERVFAIL' };

/** A cache on a manual clock, and the number of questions for its name. */
function bench() {
  const scene = { now: 0, asked: 0, answer: found() };
  const cache = new AnswerCache(() => scene.now);
  const ask = (key = 'A x') => {
    return cache.ask<string>(key, async () => {
      scene.asked++;
      return scene.answer;
    });
  };
  return { scene, cache, ask };
}

test('an answer is kept for its TTL, up to a limit', async () => {
  const { scene, ask } = bench();
  scene.answer = found(5);
  await ask();
  scene.now = 4_999;
  assert.equal((await ask()).fromCache, true);
  scene.now = 5_000;
  scene.answer = found(1_000_000);
  assert.equal((await ask()).fromCache, false);
  scene.now += cacheLimits.foundMs;
  assert.equal((await ask()).fromCache, false);
});

test('absence is kept as long as the zone says, up to a limit; a failure for a moment', async () => {
  const { scene, ask } = bench();
  for (const [answer, life] of [
    [absent(10), 10_000],
    [absent(86_400), cacheLimits.absentMs],
    [failed, cacheLimits.failedMs],
  ] as const) {
    const key = `A ${life}`;
    scene.answer = answer;
    assert.equal((await ask(key)).fromCache, false);
    scene.now += life - 1;
    assert.equal((await ask(key)).fromCache, true);
    scene.now += 1;
    assert.equal((await ask(key)).fromCache, false);
  }
});

test('an answer with TTL 0 is asked for again every time, found or absent', async () => {
  const { scene, ask } = bench();
  for (const answer of [found(0), absent(0)]) {
    scene.answer = answer;
    await ask();
    assert.equal((await ask()).fromCache, false);
  }
});

test('questions under way are shared', async () => {
  const { scene, ask } = bench();
  scene.answer = found(0);
  const answers = await Promise.all([ask(), ask(), ask()]);
  assert.equal(scene.asked, 1);
  assert.deepEqual(new Set(answers.map(({ answer }) => answer.kind)), new Set(['records']));
});

test('the last good answer replaces failures for an hour', async () => {
  const { scene, ask, cache } = bench();
  await ask();
  scene.now = 60_000;
  scene.answer = failed;
  assert.deepEqual(await ask(), { answer: found(), fromCache: true, staleBecause: 'SERVFAIL' });
  assert.deepEqual(cache.stale('A x'), found());
  scene.now = 60_000 + cacheLimits.staleMs;
  assert.equal(cache.stale('A x'), undefined);
  assert.equal((await ask()).answer.kind, 'failed');
});

test('while a stale answer is used, a failing server is asked less often', async () => {
  const { scene, ask } = bench();
  await ask();
  scene.now = 60_000;
  scene.answer = failed;
  await ask();
  scene.now += cacheLimits.failedWithStaleMs - 1;
  await ask();
  assert.equal(scene.asked, 2);
  scene.now += 1;
  await ask();
  assert.equal(scene.asked, 3);
});

test('an answer that a record is absent removes the old answer', async () => {
  const { scene, ask } = bench();
  await ask();
  scene.now = 60_000;
  scene.answer = absent(1);
  assert.equal((await ask()).answer.kind, 'absent');
  scene.now += 1_000;
  scene.answer = failed;
  assert.equal((await ask()).answer.kind, 'failed');
});

test('the size is limited', async () => {
  const { cache, ask } = bench();
  for (let index = 0; index < cacheLimits.entries + 50; index++) await ask(`A host${index}`);
  assert.equal(cache.size, cacheLimits.entries);
  assert.equal((await ask('A host0')).fromCache, false);
});
