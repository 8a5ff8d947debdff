import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Grants } from '../../../gateway/auth/grant.ts';

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

test('a grant whose call was refused by a quota can still be used, until its visitor leaves', () => {
  const grants = new Grants();
  const grant = grants.issue(claims);
  grant.begin();
  assert.equal(grant.isFor(claims), false);
  grant.withdraw();
  assert.equal(grant.isFor(claims), true);
  grants.release(grant);
  assert.equal(grants.size, 0);
});
