import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Grants } from '../../../gateway/auth/grant.ts';
import { UsedTokens } from '../../../gateway/auth/used-tokens.ts';

const claims = {
  domain: 'mysite.ru',
  user: 'director',
  origin: 'https://mysite.ru',
  seconds: 60,
  id: '1',
  until: 0,
};

test('a call can be resumed while it is up, and the grant is removed afterwards', () => {
  const grants = new Grants();
  const grant = grants.issue(claims);
  const resumed = () => grants.resume(grant.resumeKey, claims.origin);
  assert.equal(resumed(), undefined);
  grant.begin();
  grants.release(grant);
  assert.equal(resumed(), grant);
  grant.end();
  assert.equal(resumed(), undefined);
  assert.equal(grants.size, 0);
});

test('the grant of a visitor that leaves without a call is removed', () => {
  const grants = new Grants();
  grants.release(grants.issue(claims));
  grants.release(undefined);
  assert.equal(grants.size, 0);
});

test('used tokens are stored until they expire', () => {
  const clock = { now: 0 };
  const used = new UsedTokens(() => clock.now);
  assert.equal(used.use('a', 5_000), 'fresh');
  clock.now = 4_999;
  assert.equal(used.use('a', 5_000), 'used');
  clock.now = 7_000;
  assert.equal(used.use('b', 9_000), 'fresh');
  assert.equal(used.size, 1);
});

test('when the table of used tokens is full a new token is rejected, and no token is accepted twice', () => {
  const clock = { now: 0 };
  const used = new UsedTokens(() => clock.now, 2);
  assert.deepEqual(
    [used.use('a', 5_000), used.use('b', 9_000), used.use('c', 9_000)],
    ['fresh', 'fresh', 'full'],
  );
  assert.equal(used.use('a', 5_000), 'used');
  clock.now = 6_000;
  assert.equal(used.use('c', 9_000), 'fresh');
});

test('a clock that is set back by an hour does not delay the removal of expired tokens by an hour', () => {
  const clock = { now: 3_600_000 };
  const used = new UsedTokens(() => clock.now);
  used.use('a', 3_700_000);
  clock.now = 0;
  used.use('b', 100_000);
  clock.now = 200_000;
  used.use('c', 300_000);
  assert.equal(used.size, 2);
});
