import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenHealth } from '../../../gateway/auth/token-health.ts';
import { createLog } from '../../../gateway/observe/log.ts';

const issuer = { domain: 'mysite.test', own: true };
const MINUTE = 60_000;

function watched() {
  const clock = { now: 0 };
  const logged: { failed: number; site: string }[] = [];
  const log = createLog('info', { write: (line: string) => void logged.push(JSON.parse(line)) });
  return { clock, logged, health: new TokenHealth(log, () => clock.now) };
}

test('a good token counts for ten minutes, and only for its issuer', () => {
  const { clock, health } = watched();
  assert.equal(health.wasGoodRecently(issuer), false);
  health.good(issuer);
  clock.now = 10 * MINUTE - 1;
  assert.equal(health.wasGoodRecently(issuer), true);
  assert.equal(health.wasGoodRecently({ ...issuer, own: false }), false);
  assert.equal(health.wasGoodRecently({ ...issuer, domain: 'other.test' }), false);
  clock.now = 10 * MINUTE;
  assert.equal(health.wasGoodRecently(issuer), false);
});

test('the owner gets a warning after five failures in a row, and once an hour', () => {
  const { clock, health, logged } = watched();
  const fail = (times: number) => {
    for (let i = 0; i < times; i++) health.failed(issuer, 'bad-token');
  };
  fail(4);
  assert.equal(logged.length, 0);
  fail(10_000);
  assert.deepEqual(
    logged.map(({ failed, site }) => [failed, site]),
    [[5, 'mysite.test']],
  );
  clock.now = 60 * MINUTE;
  fail(2);
  assert.equal(logged.length, 2);
  // A good token resets the count.
  health.good(issuer);
  clock.now = 180 * MINUTE;
  fail(4);
  assert.equal(logged.length, 2);
});

test('failures cause no warning while other tokens of the site are good', () => {
  const { health, logged } = watched();
  health.good(issuer);
  for (let i = 0; i < 20; i++) health.failed(issuer, 'bad-token');
  assert.equal(logged.length, 0);
});

test('while others are good, the fifth fault of the issuer within an hour causes one warning', () => {
  const { clock, health, logged } = watched();
  health.good(issuer);
  const fail = (times: number) => {
    for (let i = 0; i < times; i++) health.failed(issuer, 'token-too-long', { byIssuer: true });
  };
  fail(4);
  assert.equal(logged.length, 0);
  fail(20);
  assert.deepEqual(
    logged.map(({ failed, site }) => [failed, site]),
    [[5, 'mysite.test']],
  );
  clock.now = 60 * MINUTE;
  health.good(issuer);
  fail(5);
  assert.equal(logged.length, 2);
});

test('faults of the issuer cause a warning also when good tokens come later', () => {
  const { health, logged } = watched();
  const fail = () => health.failed(issuer, 'token-too-long', { byIssuer: true });
  for (let i = 0; i < 6; i++) fail();
  health.good(issuer);
  fail();
  fail();
  // One warning that all tokens fail, one that some fail.
  assert.deepEqual(
    logged.map(({ failed }) => failed),
    [5, 7],
  );
});
