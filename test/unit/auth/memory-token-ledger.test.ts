import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryTokenLedger } from '../../../gateway/auth/memory-token-ledger.ts';
import { tokenLedgerContract } from './token-ledger-contract.ts';

tokenLedgerContract(async () => {
  const clock = { now: 1_000_000 };
  const ledger = new MemoryTokenLedger(() => clock.now);
  return {
    ...{ ledger, other: ledger, now: () => clock.now },
    advance: async ms => {
      clock.now += ms;
    },
  };
});

test('when the table of used tokens is full a new token is rejected, and no token is accepted twice', async () => {
  const clock = { now: 0 };
  const used = new MemoryTokenLedger(() => clock.now, 2);
  assert.deepEqual(
    [await used.use('a', 5_000), await used.use('b', 9_000), await used.use('c', 9_000)],
    ['fresh', 'fresh', 'full'],
  );
  assert.equal(await used.use('a', 5_000), 'used');
  clock.now = 6_000;
  assert.equal(await used.use('c', 9_000), 'fresh');
});

test('a clock that is set back by an hour does not delay the removal of expired tokens by an hour', async () => {
  const clock = { now: 3_600_000 };
  const used = new MemoryTokenLedger(() => clock.now);
  await used.use('a', 3_700_000);
  clock.now = 0;
  await used.use('b', 100_000);
  clock.now = 200_000;
  await used.use('c', 300_000);
  assert.equal(await used.count(), 2);
});
