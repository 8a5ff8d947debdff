import assert from 'node:assert/strict';
import { test } from 'node:test';
import { derived, Replaceable } from '../../../gateway/config/live.ts';

test('a derived value is computed once, and again after a replacement', () => {
  const source = new Replaceable(1);
  let times = 0;
  const made = derived(source, value => {
    times++;
    return { value };
  });
  assert.equal(made.current, made.current);
  assert.equal(times, 1);
  source.current = 2;
  assert.equal(made.current.value, 2);
  assert.equal(made.current, made.current);
  assert.equal(times, 2);
});
