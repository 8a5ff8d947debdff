import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Quotas } from '../../../gateway/auth/quotas.ts';
import { configFrom } from '../../../gateway/config/load.ts';
import type { ConfigInput } from '../../../gateway/config/schema.ts';

const director = { domain: 'mysite.ru', user: 'director' };
const HOME = '198.51.100.7';
const none = { callsPerMinute: undefined, calls: undefined, minutesPerDay: undefined };

/** Quotas with only the given bounds. */
function scene(limits: ConfigInput['limits'], site: Partial<ConfigInput['sites'][number]> = {}) {
  const clock = {
    time: 0,
    today: 'Monday',
    action: undefined as (() => void) | undefined,
    now: () => clock.time,
    day: () => clock.today,
    due: 0,
    setTimer(action: () => void, ms: number) {
      clock.action = action;
      clock.due = clock.time + ms;
      return undefined as never;
    },
    /** Advances the clock to the timer and runs it. */
    runTimer() {
      clock.time = clock.due;
      clock.action?.();
    },
  };
  const unbound = { perAddress: none, perDestination: none, perSite: none, overall: none };
  const current = configFrom({
    limits: { ...unbound, ...limits },
    sites: [
      { domain: 'mysite.ru', origins: ['*'], callable: ['director', 'alex'], ...site },
      { domain: 'other.ru', origins: ['*'], callable: ['sales'] },
    ],
  });
  const quotas = new Quotas({ current }, clock);
  const call = (address = HOME, callee = director) => {
    const ended = { times: 0 };
    return { ...quotas.begin(address, callee, () => void ended.times++), ended };
  };
  const why = (address = HOME, callee = director) => {
    const refusal = quotas.refusal(address, callee);
    return refusal && `${refusal.scope}.${refusal.bound} ${refusal.retrySeconds}`;
  };
  return { clock, quotas, call, why };
}

test('an address has a bounded number of simultaneous calls; other addresses have their own bound', () => {
  const { call, why } = scene({ perAddress: { calls: 2 } });
  const first = call();
  call();
  assert.equal(why(), 'perAddress.calls 10');
  assert.equal(why('198.51.100.8'), undefined);
  first.over();
  assert.equal(why(), undefined);
});

test('an IPv6 network counts as one address, by the configured number of bits', () => {
  const { call, why } = scene({ perAddress: { calls: 1 } });
  call('2001:db8:1:2::1');
  assert.equal(why('2001:db8:1:2:ffff::9'), 'perAddress.calls 10');
  assert.equal(why('2001:db8:1:3::1'), undefined);
  const wide = scene({ perAddress: { calls: 1 }, addressBits: { ipv6: 48 } });
  wide.call('2001:db8:1:2::1');
  assert.equal(wide.why('2001:db8:1:3::1'), 'perAddress.calls 10');
  assert.equal(wide.why('2001:db8:2::1'), undefined);
});

test('the calls of a minute may be made in a row; then the quota refills continuously', () => {
  const { clock, call, why } = scene({ perAddress: { callsPerMinute: 3 } });
  for (let times = 0; times < 3; times++) {
    assert.equal(why(), undefined);
    call().over();
  }
  assert.equal(why(), 'perAddress.callsPerMinute 20');
  clock.time = 19_000;
  assert.equal(why(), 'perAddress.callsPerMinute 1');
  clock.time = 20_000;
  assert.equal(why(), undefined);
  call().over();
  assert.equal(why(), 'perAddress.callsPerMinute 20');
});

test('a callee, a site and the gateway have bounds, and a site and a callee can override theirs', () => {
  const remote = (host: number) => `203.0.113.${host}`;
  const { call, why } = scene(
    { perDestination: { calls: 2 }, perSite: { calls: 3 }, overall: { callsPerMinute: 5 } },
    { callable: ['director', { user: 'alex', limits: { calls: 1 } }], limits: { calls: 4 } },
  );
  const alex = { ...director, user: 'alex' };
  call(remote(1), alex);
  assert.equal(why(remote(2), alex), 'perDestination.calls 10');
  call(remote(2));
  call(remote(3));
  assert.equal(why(remote(4)), 'perDestination.calls 10');
  const echo = { ...director, user: 'echo-test' };
  call(remote(4), echo);
  assert.equal(why(remote(5), echo), 'perSite.calls 10');
  const sales = { domain: 'other.ru', user: 'sales' };
  assert.equal(why(remote(5), sales), undefined);
  call(remote(5), sales);
  assert.equal(why(remote(6), sales), 'overall.callsPerMinute 12');
});

test('talk time is charged, ringing is not, and running calls are charged too', () => {
  const { clock, call, why } = scene({ perAddress: { minutesPerDay: 2 } });
  const rings = call();
  clock.time = 600_000;
  assert.equal(why(), undefined);
  rings.answered();
  clock.time = 660_000;
  rings.over();
  const talks = call();
  talks.answered();
  clock.time = 719_000;
  assert.equal(why(), undefined);
  clock.time = 720_000;
  assert.equal(why(), 'perAddress.minutesPerDay 3600');
  talks.over();
  assert.equal(why(), 'perAddress.minutesPerDay 3600');
});

test('when the talk time is used up all answered calls end; two calls use it up in half the time', () => {
  const { clock, call } = scene({ perSite: { minutesPerDay: 2 } });
  const [one, two] = [call('203.0.113.1'), call('203.0.113.2')];
  const rings = call('203.0.113.3');
  one.answered();
  two.answered();
  clock.runTimer();
  assert.equal(Math.round(clock.time / 1000), 60);
  assert.deepEqual([one.ended.times, two.ended.times, rings.ended.times], [1, 1, 0]);
});

test('a new day has new talk time, also for calls that continue after midnight', () => {
  const { clock, call, why } = scene({ overall: { minutesPerDay: 2 } });
  const talks = call();
  talks.answered();
  clock.time = 119_000;
  clock.today = 'Tuesday';
  assert.equal(why(), undefined);
  clock.runTimer();
  assert.equal(talks.ended.times, 0);
  clock.runTimer();
  assert.deepEqual([talks.ended.times, Math.round(clock.time / 1000)], [1, 239]);
});

test('at most 20,000 addresses are stored, and addresses with a running call stay', () => {
  const { quotas, call, why } = scene({ perAddress: { calls: 1, callsPerMinute: 1 } });
  call();
  for (let host = 0; host < 25_000; host++)
    call(`10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`).over();
  assert.equal(quotas.addresses, 20_000);
  assert.equal(why(), 'perAddress.calls 10');
});

test('an address without recent calls is removed; an address with talk time today is not', () => {
  const { quotas, call, clock } = scene({ perAddress: { callsPerMinute: 10, minutesPerDay: 10 } });
  for (let host = 0; host < 500; host++) call(`10.0.${host >> 8}.${host & 255}`).over();
  const talks = call('10.1.0.1');
  talks.answered();
  clock.time = 1_000;
  talks.over();
  clock.time = 60_000;
  for (let host = 0; host < 250; host++) call(`10.2.0.${host}`).over();
  assert.equal(quotas.addresses, 251);
});

test('a check stores no address', () => {
  const { quotas, why } = scene({});
  for (let host = 0; host < 100; host++) why(`10.0.0.${host}`);
  assert.equal(quotas.addresses, 0);
});

test('a check stores no callee, whatever name a token contains', () => {
  const { quotas, call, why } = scene({});
  for (let index = 0; index < 100; index++) {
    assert.equal(why(HOME, { domain: 'mysite.ru', user: `x${index}` }), undefined);
  }
  assert.equal(quotas.named, 0);
  call();
  assert.equal(quotas.named, 3);
});
