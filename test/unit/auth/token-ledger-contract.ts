// What every ledger of used tokens does. A test file of an implementation calls this with a function that opens one.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { TokenLedger } from '../../../gateway/auth/token-ledger.ts';

export interface OpenLedger {
  /** Two clients of one store, as two gateways have them. In memory they are the same. */
  readonly ledger: TokenLedger;
  readonly other: TokenLedger;
  /** Milliseconds since 1970 on the clock of the store. */
  now(): number;
  advance(ms: number): Promise<void>;
}

export function tokenLedgerContract(open: (context: TestContext) => Promise<OpenLedger>): void {
  test('a token is fresh once, also for another gateway', async context => {
    const { ledger, other, now } = await open(context);
    const until = now() + 5_000;
    assert.equal(await ledger.use('a', until), 'fresh');
    assert.equal(await ledger.use('a', until), 'used');
    assert.equal(await other.use('a', until), 'used');
    assert.equal(await other.use('b', until), 'fresh');
    assert.equal(await ledger.count(), 2);
  });

  test('of many simultaneous uses of one token exactly one is fresh', async context => {
    const { ledger, other, now } = await open(context);
    const until = now() + 5_000;
    const uses = await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 ? ledger : other).use('a', until)),
    );
    assert.deepEqual(uses.sort(), ['fresh', ...Array(39).fill('used')]);
  });

  test('a used token is stored until it expires', async context => {
    const { ledger, now, advance } = await open(context);
    const until = now() + 5_000;
    await ledger.use('a', until);
    await advance(4_999);
    assert.equal(await ledger.use('a', until), 'used');
    await advance(2_000);
    assert.equal(await ledger.use('b', until + 10_000), 'fresh');
    assert.equal(await ledger.count(), 1);
  });

  test('ids with blanks, colons and 200 characters are different tokens', async context => {
    const { ledger, now } = await open(context);
    const until = now() + 5_000;
    for (const id of ['mysite.ru a', 'mysite.ru', 'a', 'mysite.ru:a', 'x'.repeat(200), 'x'.repeat(199)])
      assert.equal(await ledger.use(id, until), 'fresh', id);
  });
}
