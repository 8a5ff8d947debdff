import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ProbeResult, Reachability } from '../../../gateway/availability/reachability.ts';

/** A domain with a settable probe result, on a manual clock. */
function scene() {
  const state = { result: 'heard' as ProbeResult | Error, now: 0, probes: 0 };
  let answer: (() => void) | undefined;
  const reachability = new Reachability({
    now: () => state.now,
    probe: async () => {
      state.probes++;
      if (held) await new Promise<void>(resolve => (answer = resolve));
      if (state.result instanceof Error) throw state.result;
      return state.result;
    },
  });
  let held = false;
  return {
    state,
    reachability,
    hold: () => (held = true),
    answer: () => answer?.(),
    request: () => reachability.of('mysite.ru'),
  };
}

for (const [result, expected, ms] of [
  ['heard', 'reachable', 30_000],
  ['silent', 'unreachable', 10_000],
  ['refused', 'unreachable', 10_000],
  ['unknown', 'unknown', 10_000],
] as const) {
  test(`the probe result ${result} means ${expected} for ${ms / 1000} s, for any number of visitors`, async () => {
    const { state, request } = scene();
    state.result = result;
    assert.equal(await request(), expected);
    state.now = ms - 1;
    for (let visitor = 0; visitor < 100; visitor++) assert.equal(await request(), expected);
    assert.equal(state.probes, 1);
    state.now = ms;
    await request();
    assert.equal(state.probes, 2);
  });
}

test('all requests during a probe share its result', async () => {
  const { state, request, hold, answer } = scene();
  hold();
  const answers = Array.from({ length: 50 }, request);
  answer();
  assert.deepEqual(new Set(await Promise.all(answers)), new Set(['reachable']));
  assert.equal(state.probes, 1);
});

test('a probe that throws means unknown, and the next probe runs', async () => {
  const { state, request } = scene();
  state.result = new Error('out of sockets');
  assert.equal(await request(), 'unknown');
  state.result = 'heard';
  state.now = 10_000;
  assert.equal(await request(), 'reachable');
});

test('an answered call counts as a successful probe', async () => {
  const { state, reachability, request } = scene();
  reachability.answered('mysite.ru');
  assert.equal(await request(), 'reachable');
  assert.equal(state.probes, 0);
});

test('an unanswered probe proves nothing for a server that answers calls', async () => {
  const { state, reachability, request } = scene();
  state.result = 'silent';
  assert.equal(await request(), 'unreachable');
  reachability.answered('mysite.ru');
  assert.equal(await request(), 'reachable');
  state.now = 30_000;
  assert.equal(await request(), 'unknown');
  state.result = 'refused';
  state.now = 40_000;
  assert.equal(await request(), 'unreachable');
});
