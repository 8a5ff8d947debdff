import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockFace, secondsBetween } from '../../../../widget/card/call-clock.ts';

test('the clock shows minutes and seconds, and hours when there are any', () => {
  assert.equal(clockFace(0), '0:00');
  assert.equal(clockFace(7), '0:07');
  assert.equal(clockFace(754), '12:34');
  assert.equal(clockFace(3599), '59:59');
  assert.equal(clockFace(3723), '1:02:03');
});

test('a second counts when it is over, and a clock set back shows zero', () => {
  assert.equal(secondsBetween(1000, 1999), 0);
  assert.equal(secondsBetween(1000, 2000), 1);
  assert.equal(secondsBetween(5000, 1000), 0);
});
