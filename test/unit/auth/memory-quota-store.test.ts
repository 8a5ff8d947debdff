import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryQuotaStore } from '../../../gateway/auth/memory-quota-store.ts';
import type { AppliedQuota } from '../../../gateway/auth/quota-store.ts';
import type { Quota } from '../../../gateway/config/quotas.ts';
import { quotaStoreContract } from './quota-store-contract.ts';

function openStore() {
  const clock = { time: 0, today: 1, now: () => clock.time, day: () => `day ${clock.today}` };
  return { clock, store: new MemoryQuotaStore(clock) };
}

quotaStoreContract(async () => {
  const { clock, store } = openStore();
  return {
    ...{ store, other: store },
    advance: async ms => {
      clock.time += ms;
    },
    nextDay: async () => {
      clock.today++;
    },
  };
});

/** A store of addresses that have these bounds. */
function addresses(bounds: Quota) {
  const { clock, store } = openStore();
  const quotas = (name: string): AppliedQuota[] => [{ scope: 'perAddress', name, bounds }];
  let calls = 0;
  const call = async (name: string) => {
    const id = `${++calls}`;
    await store.reserve({ call: id, owner: 'one', quotas: quotas(name) });
    return { over: () => store.release(id, 'one'), answered: () => store.commit(id, 'one') };
  };
  return { clock, store, quotas, call };
}

test('at most 20,000 addresses are stored, and addresses with a running call stay', async () => {
  const { store, quotas, call } = addresses({ calls: 1, callsPerMinute: 1 });
  await call('203.0.113.1');
  for (let host = 0; host < 25_000; host++)
    await (await call(`10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`)).over();
  assert.equal(store.addresses, 20_000);
  assert.equal((await store.check(quotas('203.0.113.1')))?.bound, 'calls');
});

test('an address without recent calls is removed; an address with talk time today is not', async () => {
  const { store, call, clock } = addresses({ callsPerMinute: 10, minutesPerDay: 10 });
  for (let host = 0; host < 500; host++) await (await call(`10.0.${host >> 8}.${host & 255}`)).over();
  const talks = await call('10.1.0.1');
  await talks.answered();
  clock.time = 1_000;
  await talks.over();
  clock.time = 60_000;
  for (let host = 0; host < 250; host++) await (await call(`10.2.0.${host}`)).over();
  assert.equal(store.addresses, 251);
});

test('a check stores neither address nor callee, whatever name a token contains', async () => {
  const { store, quotas, call } = addresses({});
  const callee = (name: string): AppliedQuota => ({ scope: 'perDestination', name, bounds: {} });
  for (let index = 0; index < 100; index++)
    await store.check([...quotas(`10.0.0.${index}`), callee(`x${index}@mysite.ru`)]);
  assert.deepEqual([store.addresses, store.named], [0, 0]);
  await call('10.0.0.1');
  await store.reserve({ call: 'a', owner: 'one', quotas: [callee('director@mysite.ru')] });
  assert.deepEqual([store.addresses, store.named], [1, 1]);
});
