// What calls hold in the stores: renewed in time, in order, and never longer than the call.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { MemoryQuotaStore } from '../../../gateway/auth/memory-quota-store.ts';
import type { AppliedQuota } from '../../../gateway/auth/quota-store.ts';
import { StoreFailures } from '../../../gateway/auth/store-failures.ts';
import { CallReservations } from '../../../gateway/call/call-reservations.ts';
import { MemoryCallRegistry } from '../../../gateway/call/memory-call-registry.ts';
import type { Quota } from '../../../gateway/config/quotas.ts';

const LEASE_MS = 60_000;

function scene(bounds: Quota) {
  const clock = {
    time: 0,
    action: undefined as (() => void) | undefined,
    due: Number.POSITIVE_INFINITY,
    now: () => clock.time,
    day: () => 'Monday',
    setTimer(action: () => void, ms: number) {
      clock.action = action;
      clock.due = clock.time + ms;
      return undefined as never;
    },
    /** Advances the clock, and runs the timer whenever it is due. */
    async advance(ms: number) {
      const end = clock.time + ms;
      while (clock.due <= end) {
        clock.time = Math.max(clock.time, clock.due);
        clock.due = Number.POSITIVE_INFINITY;
        clock.action?.();
        await turn();
      }
      clock.time = end;
    },
  };
  const quotas = new MemoryQuotaStore(clock, LEASE_MS);
  const registry = new MemoryCallRegistry(clock.now, LEASE_MS);
  const spent: string[] = [];
  const failures = new StoreFailures();
  const reservations = new CallReservations({
    ...{ quotas, registry, owner: 'one', failures, clock },
    spent: call => void spent.push(`${call} at ${Math.round(clock.time / 1000)}`),
  });
  const applied: AppliedQuota[] = [{ scope: 'perSite', name: 'mysite.ru', bounds }];
  const reserve = (call: string) =>
    reservations.reserve(
      { call, site: 'mysite.ru', user: 'director', origin: 'https://mysite.ru', receivedAt: 0 },
      applied,
    );
  const counts = async () => [await quotas.count(), await registry.count('one')];
  return { clock, quotas, registry, reservations, reserve, counts, spent, failures, applied };
}

test('a call is held in both stores until it is over, however long it lasts', async () => {
  const { clock, reservations, reserve, counts } = scene({ calls: 1 });
  assert.equal(await reserve('1'), undefined);
  await clock.advance(10 * LEASE_MS);
  assert.deepEqual(await counts(), [1, 1]);
  reservations.over('1');
  await reservations.settled();
  assert.deepEqual([...(await counts()), reservations.size], [0, 0, 0]);
});

test('what is not renewed, because its process is gone, is free after the lease', async () => {
  const { clock, reservations, reserve, counts } = scene({ calls: 1 });
  await reserve('1');
  reservations.close();
  clock.due = Number.POSITIVE_INFINITY;
  await clock.advance(LEASE_MS);
  assert.deepEqual(await counts(), [0, 0]);
});

test('a call that a quota refuses holds nothing', async () => {
  const { reservations, reserve, counts, registry } = scene({ calls: 1 });
  await reserve('1');
  assert.deepEqual(await reserve('2'), { scope: 'perSite', bound: 'calls', retrySeconds: 10 });
  assert.equal(await registry.get('2'), undefined);
  reservations.over('2');
  await reservations.settled();
  assert.deepEqual([...(await counts()), reservations.size], [1, 1, 1]);
});

test('when the talk time is used up all answered calls are reported; two calls use it up in half the time', async () => {
  const { clock, reservations, reserve, spent } = scene({ minutesPerDay: 2 });
  for (const call of ['1', '2', 'rings']) await reserve(call);
  reservations.answered('1');
  reservations.answered('2');
  await reservations.settled();
  await clock.advance(59_000);
  assert.deepEqual(spent, []);
  await clock.advance(2_000);
  assert.deepEqual(spent, ['1 at 60', '2 at 60']);
});

test('a call that begins later shortens the wait for the calls before it', async () => {
  const { clock, reservations, reserve, spent } = scene({ minutesPerDay: 2 });
  await reserve('1');
  reservations.answered('1');
  await reservations.settled();
  await clock.advance(100_000);
  await reserve('2');
  reservations.answered('2');
  await reservations.settled();
  await clock.advance(11_000);
  assert.deepEqual(spent, ['1 at 110', '2 at 110']);
});

test('operations on a call reach the store in their order, and a release waits for the reservation', async () => {
  const { quotas, reservations, reserve, counts } = scene({ calls: 1 });
  const order: string[] = [];
  let admit = () => {};
  const held = new Promise<void>(resolve => {
    admit = resolve;
  });
  for (const name of ['reserve', 'commit', 'release'] as const) {
    const operation = quotas[name].bind(quotas) as (...all: unknown[]) => Promise<never>;
    Object.assign(quotas, {
      [name]: async (...all: unknown[]) => {
        if (name === 'reserve') await held;
        order.push(name);
        return await operation(...all);
      },
    });
  }
  const reserved = reserve('1');
  reservations.answered('1');
  reservations.over('1');
  await turn();
  assert.deepEqual(order, []);
  admit();
  await reserved;
  await reservations.settled();
  assert.deepEqual(order, ['reserve', 'commit', 'release']);
  assert.deepEqual(await counts(), [0, 0]);
});

test('a release waits for a renewal that is under way, which would count the call again', async () => {
  const { clock, quotas, reservations, reserve, counts } = scene({ calls: 1 });
  await reserve('1');
  const renew = quotas.renew.bind(quotas);
  let admit = () => {};
  const held = new Promise<void>(resolve => {
    admit = resolve;
  });
  quotas.renew = async (...all) => {
    await held;
    return await renew(...all);
  };
  await clock.advance(LEASE_MS / 3);
  reservations.over('1');
  await turn();
  admit();
  await reservations.settled();
  assert.deepEqual(await counts(), [0, 0]);
});

test('while the store fails a call is refused; a call that is up is committed by the next renewal', async () => {
  const { clock, quotas, reservations, reserve, spent, failures } = scene({ minutesPerDay: 1 });
  await reserve('1');
  const { reserve: reserves, commit, renew } = quotas;
  const fails = () => Promise.reject(new Error('connection refused'));
  Object.assign(quotas, { reserve: fails, commit: fails, renew: fails });
  assert.equal(await reserve('2'), 'store-unavailable');
  reservations.over('2');
  reservations.answered('1');
  await reservations.settled();
  await clock.advance(LEASE_MS / 2);
  assert.deepEqual([failures.count, reservations.size], [3, 1]);
  Object.assign(quotas, { reserve: reserves, commit, renew });
  await clock.advance(3 * LEASE_MS);
  assert.equal(spent[0], '1 at 100');
});

test('a release that fails is given up: the lease frees the call', async () => {
  const { clock, quotas, reservations, reserve, counts } = scene({ calls: 1 });
  await reserve('1');
  quotas.release = () => Promise.reject(new Error('connection refused'));
  reservations.over('1');
  await reservations.settled();
  assert.deepEqual([...(await counts()), reservations.size], [1, 0, 0]);
  await clock.advance(LEASE_MS);
  assert.deepEqual(await counts(), [0, 0]);
});
