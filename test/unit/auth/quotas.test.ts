import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryQuotaStore } from '../../../gateway/auth/memory-quota-store.ts';
import { Quotas } from '../../../gateway/auth/quotas.ts';
import { StoreFailures } from '../../../gateway/auth/store-failures.ts';
import { configFrom } from '../../../gateway/config/load.ts';
import type { ConfigInput } from '../../../gateway/config/schema.ts';
import { createLog } from '../../../gateway/observe/log.ts';

const director = { domain: 'mysite.ru', user: 'director' };
const HOME = '198.51.100.7';
const none = { callsPerMinute: undefined, calls: undefined, minutesPerDay: undefined };

/** Quotas with only the given bounds. */
function scene(limits: ConfigInput['limits'], site: Partial<ConfigInput['sites'][number]> = {}) {
  const unbound = { perAddress: none, perDestination: none, perSite: none, overall: none };
  const current = configFrom({
    limits: { ...unbound, ...limits },
    sites: [
      { domain: 'mysite.ru', origins: ['*'], callable: ['director', 'alex'], ...site },
      { domain: 'other.ru', origins: ['*'], callable: ['sales'] },
    ],
  });
  const logged: { msg: string }[] = [];
  const log = createLog('error', { write: (line: string) => void logged.push(JSON.parse(line)) });
  const store = new MemoryQuotaStore({ now: () => 0, day: () => 'Monday' });
  const quotas = new Quotas({ current }, store, new StoreFailures(log));
  let calls = 0;
  const call = async (address = HOME, callee = director) => {
    const reservation = { call: `${++calls}`, owner: 'one', quotas: quotas.appliedTo(address, callee) };
    assert.equal(await store.reserve(reservation), undefined);
  };
  const why = async (address = HOME, callee = director) => {
    const refusal = await quotas.refusal(address, callee);
    return refusal && `${refusal.status} ${refusal.limit} ${refusal.retrySeconds}`;
  };
  return { store, quotas, call, why, logged };
}

test('an address has a bounded number of simultaneous calls; other addresses have their own bound', async () => {
  const { call, why } = scene({ perAddress: { calls: 2 } });
  await call();
  await call();
  assert.equal(await why(), '429 perAddress.calls 10');
  assert.equal(await why('198.51.100.8'), undefined);
});

test('an IPv6 network counts as one address, by the configured number of bits', async () => {
  const { call, why } = scene({ perAddress: { calls: 1 } });
  await call('2001:db8:1:2::1');
  assert.equal(await why('2001:db8:1:2:ffff::9'), '429 perAddress.calls 10');
  assert.equal(await why('2001:db8:1:3::1'), undefined);
  const wide = scene({ perAddress: { calls: 1 }, addressBits: { ipv6: 48 } });
  await wide.call('2001:db8:1:2::1');
  assert.equal(await wide.why('2001:db8:1:3::1'), '429 perAddress.calls 10');
  assert.equal(await wide.why('2001:db8:2::1'), undefined);
});

test('a callee, a site and the gateway have bounds, and a site and a callee can override theirs', async () => {
  const remote = (host: number) => `203.0.113.${host}`;
  const { call, why } = scene(
    { perDestination: { calls: 2 }, perSite: { calls: 3 }, overall: { callsPerMinute: 5 } },
    { callable: ['director', { user: 'alex', limits: { calls: 1 } }], limits: { calls: 4 } },
  );
  const alex = { ...director, user: 'alex' };
  await call(remote(1), alex);
  assert.equal(await why(remote(2), alex), '503 perDestination.calls 10');
  await call(remote(2));
  await call(remote(3));
  assert.equal(await why(remote(4)), '503 perDestination.calls 10');
  const echo = { ...director, user: 'echo-test' };
  await call(remote(4), echo);
  assert.equal(await why(remote(5), echo), '503 perSite.calls 10');
  const sales = { domain: 'other.ru', user: 'sales' };
  assert.equal(await why(remote(5), sales), undefined);
  await call(remote(5), sales);
  assert.equal(await why(remote(6), sales), '503 overall.callsPerMinute 12');
});

test('an address calls often from half of its calls per minute on', async () => {
  const { call, quotas } = scene({ perAddress: { callsPerMinute: 4 } });
  await call();
  assert.equal(await quotas.callsOften(HOME), false);
  await call();
  assert.equal(await quotas.callsOften(HOME), true);
  assert.equal(await quotas.callsOften('198.51.100.8'), false);
});

test('while the store fails each call is refused, each address counts as one that calls often, and the log has the error', async () => {
  const { store, quotas, why, logged } = scene({});
  store.check = () => Promise.reject(new Error('connection refused'));
  assert.equal(await why(), '503 store-unavailable 10');
  assert.equal(await quotas.callsOften(HOME), true);
  assert.deepEqual(
    logged.map(({ msg }) => msg),
    Array(2).fill('a store failed: new calls are refused, running calls continue'),
  );
});
