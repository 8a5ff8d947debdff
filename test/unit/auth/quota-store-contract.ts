// What every store of quotas does. A test file of an implementation calls this with a function that opens one.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { AppliedQuota, QuotaStore, Scope } from '../../../gateway/auth/quota-store.ts';
import type { Quota } from '../../../gateway/config/quotas.ts';

export interface OpenQuotaStore {
  /** Two clients of one store, as two gateways have them. In memory they are the same. */
  readonly store: QuotaStore;
  readonly other: QuotaStore;
  /** Lets this time pass on the clock of the store. */
  advance(ms: number): Promise<void>;
  /** The next day begins. */
  nextDay(): Promise<void>;
}

const quota = (bounds: Quota, name = 'x', scope: Scope = 'perSite'): AppliedQuota => ({
  scope,
  name,
  bounds,
});

export function quotaStoreContract(open: (context: TestContext) => Promise<OpenQuotaStore>): void {
  const scene = async (context: TestContext) => {
    const opened = await open(context);
    const { store } = opened;
    const reserve = (call: string, quotas: readonly AppliedQuota[], owner = 'one', at = store) =>
      at.reserve({ call, owner, quotas });
    const renew = (call: string, quotas: readonly AppliedQuota[], answered = true, owner = 'one') =>
      store.renew([{ call, owner, quotas, answered }]);
    return { ...opened, reserve, renew };
  };

  test('of many simultaneous calls so many are reserved as the bound permits', async context => {
    const { store, other, reserve } = await scene(context);
    const quotas = [quota({ calls: 100 }, 'a'), quota({ calls: 3 }, 'b')];
    const refusals = await Promise.all(
      Array.from({ length: 20 }, (_, index) => reserve(`${index}`, quotas, 'one', index % 2 ? store : other)),
    );
    assert.equal(refusals.filter(refusal => refusal === undefined).length, 3);
    assert.equal(await store.count(), 3);
    const refusal = { scope: 'perSite', bound: 'calls', retrySeconds: 10 };
    assert.deepEqual(refusals.find(Boolean), refusal);
    assert.deepEqual(await other.check(quotas), refusal);
  });

  test('a call that one quota refuses is counted in none', async context => {
    const { store, reserve } = await scene(context);
    const wide = quota({ calls: 2, callsPerMinute: 2 }, 'wide');
    await reserve('1', [quota({ calls: 1 }, 'narrow')]);
    for (let times = 0; times < 5; times++)
      assert.ok(await reserve(`refused ${times}`, [wide, quota({ calls: 1 }, 'narrow')]));
    await reserve('2', [wide]);
    assert.equal(await store.check([wide]), undefined);
  });

  test('a check reserves nothing, and a call that is reserved twice is counted once', async context => {
    const { store, reserve } = await scene(context);
    const quotas = [quota({ calls: 2 })];
    for (let times = 0; times < 5; times++) assert.equal(await store.check(quotas), undefined);
    for (let times = 0; times < 5; times++) assert.equal(await reserve('1', quotas), undefined);
    assert.equal(await store.check(quotas), undefined);
    assert.equal(await store.count(), 1);
  });

  test('scopes and names are separate, also where they have the same text', async context => {
    const { store, reserve } = await scene(context);
    const one = { calls: 1 };
    await reserve('1', [quota(one, 'a', 'perSite')]);
    for (const free of [
      quota(one, 'a', 'perDestination'),
      quota(one, 'a', 'perAddress'),
      quota(one, 'b'),
      quota(one, '', 'overall'),
    ])
      assert.equal(await store.check([free]), undefined);
    assert.ok(await store.check([quota(one, 'a', 'perSite')]));
  });

  test('a released call frees its place; a second release, or one of another owner, changes nothing', async context => {
    const { store, reserve } = await scene(context);
    const quotas = [quota({ calls: 2 })];
    await reserve('1', quotas);
    await reserve('2', quotas);
    await store.release('1', 'two');
    assert.ok(await store.check(quotas));
    await store.release('1', 'one');
    await store.release('1', 'one');
    await store.release('unknown', 'one');
    assert.equal(await reserve('3', quotas), undefined);
    assert.ok(await store.check(quotas));
  });

  test('the calls of a minute may be made in a row; then the quota refills continuously', async context => {
    const { store, reserve, advance } = await scene(context);
    const quotas = [quota({ callsPerMinute: 3 })];
    for (const call of ['1', '2', '3']) {
      assert.equal(await reserve(call, quotas), undefined);
      await store.release(call, 'one');
    }
    assert.equal((await store.check(quotas))?.retrySeconds, 20);
    await advance(19_000);
    assert.equal((await store.check(quotas))?.retrySeconds, 1);
    await advance(1_000);
    assert.equal(await store.check(quotas), undefined);
  });

  test('talk time is charged from the answer to the end, and running calls are charged too', async context => {
    const { store, reserve, renew, advance } = await scene(context);
    const quotas = [quota({ minutesPerDay: 1 })];
    await reserve('1', quotas);
    await advance(30_000);
    await store.commit('1', 'two');
    await advance(20_000);
    assert.deepEqual(await renew('1', quotas, false), { spent: [], leftMs: undefined });
    await store.commit('1', 'one');
    await advance(20_000);
    assert.deepEqual(await renew('1', quotas), { spent: [], leftMs: 40_000 });
    await store.release('1', 'one');
    await reserve('2', quotas);
    await store.commit('2', 'one');
    await advance(39_000);
    assert.equal(await store.check(quotas), undefined);
    await advance(1_000);
    assert.deepEqual(await store.check(quotas), {
      ...{ scope: 'perSite', bound: 'minutesPerDay', retrySeconds: 3_600 },
    });
    await store.release('2', 'one');
    assert.ok(await store.check(quotas));
  });

  test('when the talk time is used up the answered calls are reported; two calls use it up in half the time', async context => {
    const { store, reserve, advance } = await scene(context);
    const quotas = [quota({ minutesPerDay: 1 })];
    const reservations = ['1', '2', 'rings'].map(call => {
      const answered = call !== 'rings';
      return { call, owner: 'one', quotas, answered };
    });
    for (const { call } of reservations) await reserve(call, quotas);
    assert.deepEqual(await store.renew(reservations), { spent: [], leftMs: 30_000 });
    await advance(30_000);
    assert.deepEqual((await store.renew(reservations)).spent, ['1', '2']);
  });

  test('a new day has new talk time, also for calls that continue after midnight', async context => {
    const { store, reserve, renew, advance, nextDay } = await scene(context);
    const quotas = [quota({ minutesPerDay: 1 })];
    await reserve('1', quotas);
    await store.commit('1', 'one');
    await advance(50_000);
    await renew('1', quotas);
    await nextDay();
    assert.equal(await store.check(quotas), undefined);
    assert.deepEqual(await renew('1', quotas), { spent: [], leftMs: 60_000 });
  });

  test('what a dead process has reserved is free after its lease, and charged up to the last renewal', async context => {
    const { store, reserve, renew, advance } = await scene(context);
    const quotas = [quota({ calls: 1, minutesPerDay: 60 })];
    await reserve('1', quotas);
    await store.commit('1', 'one');
    await advance(store.leaseMs - 1);
    await renew('1', quotas);
    await advance(store.leaseMs - 1);
    assert.ok(await store.check(quotas));
    await advance(1);
    assert.equal(await store.count(), 0);
    assert.equal(await reserve('2', quotas), undefined);
    const charged = store.leaseMs - 1;
    const { leftMs } = await renew('2', quotas);
    assert.equal(leftMs, 60 * 60_000 - charged);
  });

  test('a renewed reservation that was lost counts again, without a check and not as a new call', async context => {
    const { store, reserve, renew, advance } = await scene(context);
    const quotas = [quota({ calls: 1, callsPerMinute: 2 })];
    await reserve('1', quotas);
    await advance(store.leaseMs);
    assert.equal(await reserve('2', quotas), undefined);
    await renew('1', quotas);
    assert.equal(await store.count(), 2);
    await store.release('1', 'one');
    assert.ok(await store.check(quotas));
    await store.release('2', 'one');
    assert.equal(await store.check(quotas), undefined);
  });

  test('a renewal by another process takes the call over: the former owner cannot release it', async context => {
    const { store, reserve, renew } = await scene(context);
    const quotas = [quota({ calls: 1 })];
    await reserve('1', quotas);
    await renew('1', quotas, true, 'two');
    await store.release('1', 'one');
    assert.ok(await store.check(quotas));
    await store.release('1', 'two');
    assert.equal(await store.check(quotas), undefined);
  });

  test('arguments and results survive JSON', async context => {
    const { store, reserve } = await scene(context);
    const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value ?? null)) ?? undefined;
    const quotas = plain([quota({ calls: 1, minutesPerDay: 1 })]);
    assert.equal(await reserve('1', quotas), undefined);
    for (const result of [await store.check(quotas), await store.count()])
      assert.deepEqual(plain(result), result);
  });
}
