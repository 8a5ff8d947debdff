import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Quotas } from '../../../gateway/auth/quotas.ts';
import { configFrom } from '../../../gateway/config/load.ts';
import type { ConfigInput } from '../../../gateway/config/schema.ts';

const director = { domain: 'mysite.ru', user: 'director' };
const HOME = '198.51.100.7';
const none = { callsPerMinute: undefined, calls: undefined, minutesPerDay: undefined };

/** Nothing is bounded but what is told. */
function scene(limits: ConfigInput['limits'], site: Partial<ConfigInput['sites'][number]> = {}) {
  const clock = {
    time: 0,
    today: 'Monday',
    work: undefined as (() => void) | undefined,
    now: () => clock.time,
    day: () => clock.today,
    due: 0,
    set(work: () => void, ms: number) {
      clock.work = work;
      clock.due = clock.time + ms;
      return undefined as never;
    },
    /** The timer's time has come. */
    ring() {
      clock.time = clock.due;
      clock.work?.();
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
  const call = (address = HOME, called = director) => {
    const ended = { times: 0 };
    return { ...quotas.begin(address, called, () => void ended.times++), ended };
  };
  const why = (address = HOME, called = director) => {
    const refusal = quotas.refusal(address, called);
    return refusal && `${refusal.scope}.${refusal.bound} ${refusal.retrySeconds}`;
  };
  return { clock, quotas, call, why };
}

test('an address has so many calls at once, its neighbours have theirs', () => {
  const { call, why } = scene({ perAddress: { calls: 2 } });
  const first = call();
  call();
  assert.equal(why(), 'perAddress.calls 10');
  assert.equal(why('198.51.100.8'), undefined);
  first.over();
  assert.equal(why(), undefined);
});

test('a home of IPv6 is one address, by as many bits as are told', () => {
  const { call, why } = scene({ perAddress: { calls: 1 } });
  call('2001:db8:1:2::1');
  assert.equal(why('2001:db8:1:2:ffff::9'), 'perAddress.calls 10');
  assert.equal(why('2001:db8:1:3::1'), undefined);
  const wide = scene({ perAddress: { calls: 1 }, addressBits: { ipv6: 48 } });
  wide.call('2001:db8:1:2::1');
  assert.equal(wide.why('2001:db8:1:3::1'), 'perAddress.calls 10');
  assert.equal(wide.why('2001:db8:2::1'), undefined);
});

test('so many calls a minute may be made in a row, and then one as each share of it passes', () => {
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

test('a person, a site and all have bounds, which a site and a person may have of their own', () => {
  const far = (host: number) => `203.0.113.${host}`;
  const { call, why } = scene(
    { perDestination: { calls: 2 }, perSite: { calls: 3 }, overall: { callsPerMinute: 5 } },
    { callable: ['director', { user: 'alex', limits: { calls: 1 } }], limits: { calls: 4 } },
  );
  const alex = { ...director, user: 'alex' };
  call(far(1), alex);
  assert.equal(why(far(2), alex), 'perDestination.calls 10');
  call(far(2));
  call(far(3));
  assert.equal(why(far(4)), 'perDestination.calls 10');
  const echo = { ...director, user: 'echo-test' };
  call(far(4), echo);
  assert.equal(why(far(5), echo), 'perSite.calls 10');
  const sales = { domain: 'other.ru', user: 'sales' };
  assert.equal(why(far(5), sales), undefined);
  call(far(5), sales);
  assert.equal(why(far(6), sales), 'overall.callsPerMinute 12');
});

test('minutes are charged by talk, not by ringing, and of calls that are up too', () => {
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

test('when the minutes are spent, all who talk under them are ended, the sooner the more they are', () => {
  const { clock, call } = scene({ perSite: { minutesPerDay: 2 } });
  const [one, two] = [call('203.0.113.1'), call('203.0.113.2')];
  const rings = call('203.0.113.3');
  one.answered();
  two.answered();
  clock.ring();
  assert.equal(Math.round(clock.time / 1000), 60);
  assert.deepEqual([one.ended.times, two.ended.times, rings.ended.times], [1, 1, 0]);
});

test('a new day has its own minutes, of calls too that go on over midnight', () => {
  const { clock, call, why } = scene({ overall: { minutesPerDay: 2 } });
  const talks = call();
  talks.answered();
  clock.time = 119_000;
  clock.today = 'Tuesday';
  assert.equal(why(), undefined);
  clock.ring();
  assert.equal(talks.ended.times, 0);
  clock.ring();
  assert.deepEqual([talks.ended.times, Math.round(clock.time / 1000)], [1, 239]);
});

test('however many addresses call, no more than twenty thousand are remembered, and who is in a call is', () => {
  const { quotas, call, why } = scene({ perAddress: { calls: 1, callsPerMinute: 1 } });
  call();
  for (let host = 0; host < 25_000; host++)
    call(`10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`).over();
  assert.equal(quotas.addresses, 20_000);
  assert.equal(why(), 'perAddress.calls 10');
});

test('an address whose calls are all forgiven is forgotten, and one that has talked today is not', () => {
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

test('being asked leaves nothing behind', () => {
  const { quotas, why } = scene({});
  for (let host = 0; host < 100; host++) why(`10.0.0.${host}`);
  assert.equal(quotas.addresses, 0);
});

test('who was only asked about leaves nothing behind, whatever name a token bears', () => {
  const { quotas, call, why } = scene({});
  for (let index = 0; index < 100; index++) {
    assert.equal(why(HOME, { domain: 'mysite.ru', user: `x${index}` }), undefined);
  }
  assert.equal(quotas.called, 0);
  call();
  assert.equal(quotas.called, 3);
});
