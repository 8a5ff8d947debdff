import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnumerationGuard } from '../../../gateway/auth/enumeration-guard.ts';

test('a name is new once for each network, from any of its addresses', () => {
  const asking = new EnumerationGuard();
  assert.equal(asking.isFirst('203.0.113.9', 'gone'), true);
  assert.equal(asking.isFirst('203.0.113.9', 'gone'), false);
  assert.equal(asking.isFirst('203.0.113.9', 'other'), true);
  assert.equal(asking.isFirst('203.0.113.10', 'gone'), true);
  assert.equal(asking.isFirst('2001:db8::1', 'gone'), true);
  assert.equal(asking.isFirst('2001:db8::2', 'gone'), false);
});

test('old names are removed in a flood of names; a name that is requested repeatedly stays', () => {
  const asking = new EnumerationGuard();
  asking.isFirst('203.0.113.9', 'gone');
  for (let i = 0; i < 30_000; i++) {
    asking.isFirst('198.51.100.1', `name${i}`);
    if (i % 5_000 === 0) assert.equal(asking.isFirst('203.0.113.9', 'gone'), false);
  }
  assert.equal(asking.size, 10_000);
  assert.equal(asking.isFirst('198.51.100.1', 'name0'), true);
});
