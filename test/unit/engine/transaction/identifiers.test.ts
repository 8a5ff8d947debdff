import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newBranch, newCallId, newTag } from '../../../../gateway/engine/transaction/identifiers.ts';

test('no identifier repeats, also after the end of the pool', () => {
  const seen = new Set<string>();
  for (let n = 0; n < 5_000; n++) for (const next of [newBranch, newTag, newCallId]) seen.add(next());
  assert.equal(seen.size, 15_000);
});

test('branches have the magic cookie and 96 random bits, tags 64', () => {
  assert.match(newBranch(), /^z9hG4bK[0-9a-f]{24}$/);
  assert.match(newTag(), /^[0-9a-f]{16}$/);
});
