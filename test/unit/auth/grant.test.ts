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

test('the way back is open while there is a call, and nothing is left of it afterwards', () => {
  const grants = new Grants();
  const grant = grants.give(claims);
  const back = () => grants.returning(grant.way, claims.origin);
  assert.equal(back(), undefined);
  grant.begin();
  grants.left(grant);
  assert.equal(back(), grant);
  grant.end();
  assert.equal(back(), undefined);
  assert.equal(grants.size, 0);
});

test('who leaves without having called leaves nothing behind', () => {
  const grants = new Grants();
  grants.left(grants.give(claims));
  grants.left(undefined);
  assert.equal(grants.size, 0);
});

test('used tokens are remembered as long as they are good, and not beyond', () => {
  const clock = { now: 0 };
  const used = new UsedTokens(() => clock.now);
  assert.equal(used.use('a', 5_000), 'fresh');
  clock.now = 4_999;
  assert.equal(used.use('a', 5_000), 'used');
  clock.now = 7_000;
  assert.equal(used.use('b', 9_000), 'fresh');
  assert.equal(used.size, 1);
});

test('when there are too many to remember nobody is believed, rather than somebody twice', () => {
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

test('a clock that was set back by an hour puts off no forgetting by as long', () => {
  const clock = { now: 3_600_000 };
  const used = new UsedTokens(() => clock.now);
  used.use('a', 3_700_000);
  clock.now = 0;
  used.use('b', 100_000);
  clock.now = 200_000;
  used.use('c', 300_000);
  assert.equal(used.size, 2);
});
