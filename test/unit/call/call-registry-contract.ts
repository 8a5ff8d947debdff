// What every registry of calls does. A test file of an implementation calls this with a function that opens one.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { CallRegistry } from '../../../gateway/call/call-registry.ts';

export interface OpenCallRegistry {
  /** Two clients of one store, as two gateways have them. In memory they are the same. */
  readonly registry: CallRegistry;
  readonly other: CallRegistry;
  /** Lets this time pass on the clock of the store. */
  advance(ms: number): Promise<void>;
}

const entry = (call: string, owner = 'one') => ({
  ...{ call, owner, site: 'mysite.ru', user: 'director', origin: 'https://mysite.ru' },
  receivedAt: 1_700_000_000_000,
});

export function callRegistryContract(open: (context: TestContext) => Promise<OpenCallRegistry>): void {
  test('a call is there for every gateway, from its reservation to its release', async context => {
    const { registry, other } = await open(context);
    await registry.reserve(entry('1'));
    assert.deepEqual(await other.get('1'), { ...entry('1'), state: 'setting-up' });
    await registry.commit('1', 'one');
    assert.deepEqual(await other.get('1'), { ...entry('1'), state: 'established' });
    await registry.release('1', 'one');
    await registry.release('1', 'one');
    assert.equal(await other.get('1'), undefined);
  });

  test('calls are counted by owner, and together', async context => {
    const { registry, other } = await open(context);
    await Promise.all([...'123'].map(call => registry.reserve(entry(call))));
    await other.reserve(entry('4', 'two'));
    assert.deepEqual(
      [await registry.count('one'), await registry.count('two'), await other.count(), await other.count('x')],
      [3, 1, 4, 0],
    );
  });

  test('another process than the owner can neither commit nor release a call', async context => {
    const { registry, other } = await open(context);
    await registry.reserve(entry('1'));
    await other.commit('1', 'two');
    await other.release('1', 'two');
    await registry.commit('unknown', 'one');
    assert.deepEqual(await registry.get('1'), { ...entry('1'), state: 'setting-up' });
    assert.equal(await registry.count(), 1);
  });

  test('a call is gone after its lease unless it is renewed', async context => {
    const { registry, advance } = await open(context);
    await registry.reserve(entry('1'));
    await registry.reserve(entry('2'));
    await advance(registry.leaseMs - 1);
    await registry.renew([{ ...entry('1'), state: 'established' }]);
    await advance(1);
    assert.equal(await registry.get('2'), undefined);
    assert.deepEqual(await registry.get('1'), { ...entry('1'), state: 'established' });
    await advance(registry.leaseMs);
    assert.equal(await registry.count(), 0);
  });

  test('a renewal adds a call that was lost, and takes over one of another owner', async context => {
    const { registry, other } = await open(context);
    await registry.reserve(entry('1'));
    await other.renew([
      { ...entry('1', 'two'), state: 'established' },
      { ...entry('2', 'two'), state: 'setting-up' },
    ]);
    await registry.release('1', 'one');
    assert.deepEqual([await other.count('two'), await other.count()], [2, 2]);
    assert.equal((await registry.get('1'))?.owner, 'two');
  });
}
