import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff, type Clock } from '../../../../widget/base/backoff.ts';

/** A clock whose timers run when the test says so, with a fixed random number. */
class LoadedClock implements Clock {
  readonly waited: number[] = [];
  #due: (() => void) | undefined;
  dice = 1;

  set(work: () => void, ms: number): unknown {
    this.waited.push(ms);
    this.#due = work;
    return work;
  }

  clear(timer: unknown): void {
    if (timer === this.#due) this.#due = undefined;
  }

  random(): number {
    return this.dice;
  }

  /** Runs the one timer. */
  pass(): void {
    const due = this.#due;
    this.#due = undefined;
    due?.();
  }
}

function scene() {
  const clock = new LoadedClock();
  const tries = { count: 0 };
  const retry = new Backoff(() => tries.count++, { first: 1000, max: 5000 }, clock);
  return { clock, tries, retry };
}

test('it waits twice as long each time, up to a limit', () => {
  const { clock, tries, retry } = scene();
  retry.start();
  assert.equal(tries.count, 0);
  for (let i = 0; i < 4; i++) clock.pass();
  assert.deepEqual(clock.waited, [1000, 2000, 4000, 5000, 5000]);
  assert.equal(tries.count, 4);
});

test('half of each interval is random', () => {
  const { clock, retry } = scene();
  clock.dice = 0;
  retry.start();
  clock.dice = 0.5;
  clock.pass();
  assert.deepEqual(clock.waited, [500, 1500]);
});

test('retryNow attempts immediately and starts again with the first interval', () => {
  const { clock, tries, retry } = scene();
  retry.start();
  clock.pass();
  clock.pass();
  retry.retryNow();
  assert.equal(tries.count, 3);
  assert.equal(clock.waited.at(-1), 1000);
});

test('started twice it attempts once, and stopped it attempts no more', () => {
  const { clock, tries, retry } = scene();
  retry.start();
  retry.start();
  assert.deepEqual(clock.waited, [1000]);
  retry.stop();
  clock.pass();
  assert.equal(tries.count, 0);
  assert.equal(retry.running, false);
});

test('an attempt may stop it', () => {
  const clock = new LoadedClock();
  const retry: Backoff = new Backoff(() => retry.stop(), { first: 1000, max: 5000 }, clock);
  retry.retryNow();
  assert.equal(retry.running, false);
});
