import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageRate } from '../../../gateway/edge/message-rate.ts';

test('a burst of five seconds is permitted, then only the rate', () => {
  let now = 0;
  const rate = new MessageRate(10, () => now);
  const taken = () => Array.from({ length: 60 }, () => rate.take()).filter(Boolean).length;
  assert.equal(taken(), 50);
  now = 1000;
  assert.equal(taken(), 10);
});

test('a long pause permits one burst at most', () => {
  let now = 0;
  const rate = new MessageRate(10, () => now);
  now = 3_600_000;
  assert.equal(Array.from({ length: 99 }, () => rate.take()).filter(Boolean).length, 50);
});
