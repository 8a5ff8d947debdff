import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenRetries } from '../../../gateway/auth/token-retries.ts';

function tries() {
  const clock = { now: 0 };
  return { clock, tries: new TokenRetries(() => clock.now) };
}

test('a second failure is from the same network, for the same reason, within 30 s; the next is a first one', () => {
  const { clock, tries: seen } = tries();
  assert.equal(seen.isSecond('192.0.2.1', 'token-used'), false);
  assert.equal(seen.isSecond('192.0.2.2', 'token-used'), false);
  assert.equal(seen.isSecond('192.0.2.1', 'token-expired'), false);
  assert.equal(seen.isSecond('192.0.2.1', 'token-used'), true);
  assert.equal(seen.isSecond('192.0.2.1', 'token-used'), false);
  clock.now = 30_000;
  assert.equal(seen.isSecond('192.0.2.1', 'token-used'), false);
  clock.now = 59_999;
  assert.equal(seen.isSecond('192.0.2.1', 'token-used'), true);
});

test('at most 10,000 failures are stored', () => {
  const { tries: seen } = tries();
  for (let i = 0; i < 10_001; i++) seen.isSecond(`10.0.${i >> 8}.${i & 255}`, 'token-used');
  assert.equal(seen.size, 10_000);
  assert.equal(seen.isSecond('10.0.0.0', 'token-used'), false);
  assert.equal(seen.isSecond('10.0.0.5', 'token-used'), true);
});
