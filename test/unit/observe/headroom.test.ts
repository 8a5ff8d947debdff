import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExhaustedResource, type Gauge, Headroom } from '../../../gateway/observe/headroom.ts';

/** A process with adjustable measurements. */
function measured() {
  const reported: (ExhaustedResource | undefined)[] = [];
  const state = { files: { used: 10, most: 1000 } as Gauge | undefined, memory: 0.1, late: 0, now: 0 };
  const headroom = new Headroom(resource => reported.push(resource), {
    files: () => state.files,
    memory: () => ({ used: state.memory, most: 1 }),
    lateMs: () => state.late,
    now: () => state.now,
  });
  /** After one second, when everything is measured again. */
  const later = () => {
    state.now += 1_000;
    return headroom.exhausted;
  };
  return { state, reported, headroom, later };
}

test('a tenth of the files is kept free, and at least 24', () => {
  const { state, later } = measured();
  for (const [used, most, resource] of [
    [899, 1000, undefined],
    [901, 1000, 'files'],
    [75, 100, undefined],
    [77, 100, 'files'],
  ] as const) {
    state.files = { used, most };
    assert.equal(later(), resource, `${used} of ${most}`);
  }
  state.files = undefined;
  assert.equal(later(), undefined);
});

test('memory above 85 %, or an event loop that is late by more than 200 ms for two seconds, is exhausted', () => {
  const { state, later } = measured();
  state.memory = 0.84;
  assert.equal(later(), undefined);
  state.memory = 0.86;
  assert.equal(later(), 'memory');
  state.memory = 0.1;
  state.late = 199;
  later();
  assert.equal(later(), undefined);
  state.late = 201;
  assert.equal(later(), undefined);
  assert.equal(later(), 'event-loop');
  state.late = 0;
  assert.equal(later(), undefined);
});

test('the callback is called once when a resource becomes exhausted, and once when none is', () => {
  const { state, reported, later } = measured();
  state.memory = 0.9;
  later();
  later();
  state.memory = 0.1;
  later();
  later();
  assert.deepEqual(reported, ['memory', undefined]);
});

test('many reads cause one measurement', () => {
  const { state, headroom } = measured();
  assert.equal(headroom.exhausted, undefined);
  state.memory = 0.9;
  state.now += 249;
  assert.equal(headroom.exhausted, undefined);
  state.now += 1;
  assert.equal(headroom.exhausted, 'memory');
});

test('a crowd between two measurements is detected in time', () => {
  const { state, headroom } = measured();
  state.files = { used: 70, most: 100 };
  assert.equal(headroom.exhausted, undefined);
  state.now += 10;
  let taken = 0;
  while (headroom.exhausted === undefined && taken < 30) {
    taken++;
    state.files = { used: 70 + taken * 3, most: 100 };
  }
  assert.ok(taken <= 6, `${taken} newcomers were taken`);
});
