import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnswerCache, cacheLimits } from '../../../gateway/resolver/cache.ts';
import type { Answer } from '../../../gateway/resolver/records.ts';

const found = (ttlSeconds?: number): Answer<string> => {
  return { kind: 'records', records: ['one'], ...(ttlSeconds !== undefined && { ttlSeconds }) };
};
const absent: Answer<string> = { kind: 'absent', why: 'no such name' };
const failed: Answer<string> = { kind: 'failed', why: 'SERVFAIL' };

/** A cache on a clock that stands still, and how often its one name was asked for outside. */
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

test('an answer lives as long as its TTL, at most a ceiling', async () => {
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

test('absence and failure are remembered too, each for its own while', async () => {
  const { scene, ask } = bench();
  for (const [answer, life] of [
    [absent, cacheLimits.absentMs],
    [failed, cacheLimits.failedMs],
  ] as const) {
    scene.answer = answer;
    assert.equal((await ask(answer.kind)).fromCache, false);
    scene.now += life - 1;
    assert.equal((await ask(answer.kind)).fromCache, true);
    scene.now += 1;
    assert.equal((await ask(answer.kind)).fromCache, false);
  }
});

test('questions under way are shared', async () => {
  const { scene, ask } = bench();
  scene.answer = found(0);
  const answers = await Promise.all([ask(), ask(), ask()]);
  assert.equal(scene.asked, 1);
  assert.deepEqual(new Set(answers.map(({ answer }) => answer.kind)), new Set(['records']));
});

test('a failing server is covered by the last good answer for an hour, an absent record is not', async () => {
  const { scene, ask } = bench();
  await ask();
  scene.now = cacheLimits.foundMs;
  scene.answer = failed;
  assert.deepEqual(await ask(), { answer: found(), fromCache: true, staleBecause: 'SERVFAIL' });
  scene.now = cacheLimits.foundMs + cacheLimits.staleMs;
  assert.equal((await ask()).answer.kind, 'failed');

  scene.answer = found();
  scene.now += cacheLimits.failedMs;
  await ask();
  scene.answer = absent;
  scene.now += cacheLimits.foundMs;
  assert.equal((await ask()).answer.kind, 'absent');
  scene.answer = failed;
  scene.now += cacheLimits.absentMs;
  assert.equal((await ask()).answer.kind, 'failed');
});

test('it does not grow beyond its bound', async () => {
  const { cache, ask } = bench();
  for (let index = 0; index < cacheLimits.entries + 50; index++) await ask(`A host${index}`);
  assert.equal(cache.size, cacheLimits.entries);
  assert.equal((await ask('A host0')).fromCache, false);
});
