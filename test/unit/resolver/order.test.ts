import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseServices, interleave, orderSrv } from '../../../gateway/resolver/order.ts';
import type { SrvRecord } from '../../../gateway/resolver/records.ts';

const all = ['udp', 'tcp', 'tls'] as const;
const record = (order: number, preference: number, service: string, replacement: string) => {
  return { order, preference, flags: 's', service, regexp: '', replacement };
};
const host = (target: string, weight: number, priority = 1): SrvRecord => ({
  priority,
  weight,
  port: 5060,
  target,
});

test('NAPTR records are sorted by order, then preference, then our preference', () => {
  const { services } = chooseServices(
    [
      record(20, 1, 'SIP+D2U', 'd'),
      record(10, 50, 'SIPS+D2T', 'c'),
      record(10, 50, 'SIP+D2T', 'b'),
      record(10, 10, 'sip+d2u', 'A'),
    ],
    all,
  );
  assert.deepEqual(
    services.map(service => `${service.lookup !== 'NAPTR' && service.transport} ${service.name}`),
    ['udp a', 'tcp b', 'tls c', 'udp d'],
  );
});

test('for sips only SIPS services remain', () => {
  const { services, lines } = chooseServices(
    [record(1, 1, 'SIP+D2U', 'a'), record(2, 1, 'SIPS+D2T', 'b')],
    ['tls'],
  );
  assert.deepEqual(services, [{ transport: 'tls', lookup: 'SRV', name: 'b', because: 'NAPTR 2 1' }]);
  assert.equal(lines[1], '1 1 "s" "SIP+D2U" "" a. ; ignored: udp is not requested');
});

for (const weights of [
  [10, 30, 60],
  [1, 2],
  [1, 1, 1, 1],
  [0, 0],
  [3, 1, 0],
  [65_535, 65_535, 1],
]) {
  test(`SRV weights ${weights.join(', ')} are correct over 10,000 draws`, () => {
    const records = weights.map((weight, index) => host(`host${index}`, weight));
    const first = new Map<string, number>();
    const random = mulberry32(20);
    for (let draw = 0; draw < 10_000; draw++) {
      const { target } = orderSrv(records, random)[0]!;
      first.set(target, (first.get(target) ?? 0) + 1);
    }
    const sum = weights.reduce((total, weight) => total + weight, 0);
    for (const { target, weight } of records) {
      const share = (first.get(target) ?? 0) / 10_000;
      const due = sum === 0 ? 1 / weights.length : weight / sum;
      assert.ok(Math.abs(share - due) < 0.015, `${target}: ${share} instead of ${due}`);
    }
  });
}

test('the second place is drawn by weight too', () => {
  const records = [host('spare', 1, 2), host('light', 1), host('heavy', 3), host('first', 1_000_000)];
  const random = mulberry32(4);
  let heavy = 0;
  for (let draw = 0; draw < 10_000; draw++) {
    if (orderSrv(records, random)[1]?.target === 'heavy') heavy++;
  }
  assert.ok(Math.abs(heavy / 10_000 - 0.75) < 0.015, `${heavy}`);
});

test('a lower priority number always comes first, whatever the weight', () => {
  const records = [host('spare', 65_535, 20), host('main', 0, 10)];
  assert.deepEqual(
    orderSrv(records, () => 0.999).map(({ target }) => target),
    ['main', 'spare'],
  );
});

test('weight 0 beside others has a very small chance, and none of the records is lost', () => {
  const records = [host('heavy', 100), host('zero', 0)];
  assert.equal(orderSrv(records, () => 0)[0]?.target, 'zero');
  assert.equal(orderSrv(records, () => 0.02)[0]?.target, 'heavy');
  assert.equal(orderSrv(records, () => 0.999_999).length, 2);
});

test('the lists of records are not changed', () => {
  const records = Object.freeze([host('b', 1, 2), host('a', 1, 1)]);
  assert.equal(orderSrv(records, () => 0)[0]?.target, 'a');
});

test('families alternate', () => {
  assert.deepEqual(interleave([['a', 'b', 'c'], ['x']]), ['a', 'x', 'b', 'c']);
  assert.deepEqual(interleave([]), []);
});

/** A small seeded generator, so that a failure can be reproduced. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
