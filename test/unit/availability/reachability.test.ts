import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Echo, Reachability } from '../../../gateway/availability/reachability.ts';

/** A domain that echoes what it is told to, on a clock that goes when it is told to. */
function scene() {
  const told = { echo: 'heard' as Echo | Error, now: 0, probes: 0 };
  let answer: (() => void) | undefined;
  const reachability = new Reachability({
    now: () => told.now,
    probe: async () => {
      told.probes++;
      if (held) await new Promise<void>(resolve => (answer = resolve));
      if (told.echo instanceof Error) throw told.echo;
      return told.echo;
    },
  });
  let held = false;
  return {
    told,
    reachability,
    hold: () => (held = true),
    answer: () => answer?.(),
    ask: () => reachability.of('mysite.ru'),
  };
}

for (const [echo, reach, ms] of [
  ['heard', 'reachable', 30_000],
  ['silent', 'unreachable', 10_000],
  ['refused', 'unreachable', 10_000],
  ['unknown', 'unknown', 10_000],
] as const) {
  test(`what was ${echo} is ${reach}, and believed for ${ms / 1000} s however often visitors ask`, async () => {
    const { told, ask } = scene();
    told.echo = echo;
    assert.equal(await ask(), reach);
    told.now = ms - 1;
    for (let visitor = 0; visitor < 100; visitor++) assert.equal(await ask(), reach);
    assert.equal(told.probes, 1);
    told.now = ms;
    await ask();
    assert.equal(told.probes, 2);
  });
}

test('all who ask during a probe hear of the same one', async () => {
  const { told, ask, hold, answer } = scene();
  hold();
  const asked = Array.from({ length: 50 }, ask);
  answer();
  assert.deepEqual(new Set(await Promise.all(asked)), new Set(['reachable']));
  assert.equal(told.probes, 1);
});

test('a probe that breaks is no news, and does not stand in the way of the next', async () => {
  const { told, ask } = scene();
  told.echo = new Error('out of sockets');
  assert.equal(await ask(), 'unknown');
  told.echo = 'heard';
  told.now = 10_000;
  assert.equal(await ask(), 'reachable');
});

test('a call that is answered is as good as a probe', async () => {
  const { told, reachability, ask } = scene();
  reachability.answered('mysite.ru');
  assert.equal(await ask(), 'reachable');
  assert.equal(told.probes, 0);
});

test('the silence of a server that takes calls in spite of it proves nothing', async () => {
  const { told, reachability, ask } = scene();
  told.echo = 'silent';
  assert.equal(await ask(), 'unreachable');
  reachability.answered('mysite.ru');
  assert.equal(await ask(), 'reachable');
  told.now = 30_000;
  assert.equal(await ask(), 'unknown');
  told.echo = 'refused';
  told.now = 40_000;
  assert.equal(await ask(), 'unreachable');
});
