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

test('a good token counts for ten minutes, and for its own issuer', () => {
  const { clock, health } = watched();
  assert.equal(health.wasGoodLately(issuer), false);
  health.good(issuer);
  clock.now = 10 * MINUTE - 1;
  assert.equal(health.wasGoodLately(issuer), true);
  assert.equal(health.wasGoodLately({ ...issuer, own: false }), false);
  assert.equal(health.wasGoodLately({ ...issuer, domain: 'other.test' }), false);
  clock.now = 10 * MINUTE;
  assert.equal(health.wasGoodLately(issuer), false);
});

test('the owner is warned after five failures in a row, and once an hour', () => {
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
  // A good one ends the row.
  health.good(issuer);
  clock.now = 180 * MINUTE;
  fail(4);
  assert.equal(logged.length, 2);
});

test('while others of the site are good, those that fail are no warning', () => {
  const { health, logged } = watched();
  health.good(issuer);
  for (let i = 0; i < 20; i++) health.failed(issuer, 'bad-token');
  assert.equal(logged.length, 0);
});

test('while others are good, the fifth within an hour that its issuer has made wrong is told, and no further one', () => {
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

test('tokens that their issuer has made wrong are told also when good ones come later', () => {
  const { health, logged } = watched();
  const fail = () => health.failed(issuer, 'token-too-long', { byIssuer: true });
  for (let i = 0; i < 6; i++) fail();
  health.good(issuer);
  fail();
  fail();
  // Once for all of them, once for some.
  assert.deepEqual(
    logged.map(({ failed }) => failed),
    [5, 7],
  );
});
