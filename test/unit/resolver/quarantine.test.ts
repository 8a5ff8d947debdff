import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTargetFailure } from '../../../gateway/resolver/failover.ts';
import { Quarantine } from '../../../gateway/resolver/quarantine.ts';
import type { Target } from '../../../gateway/resolver/target.ts';

const target = (address: string): Target => ({
  transport: 'udp',
  address,
  port: 5060,
  hostname: 'host.test',
  domain: 'mysite.test',
  because: 'SRV 10 0',
});
/** The order in which a call tries these targets. */
async function tried(quarantine: Quarantine, targets: readonly Target[]): Promise<Target[]> {
  const order: Target[] = [];
  for await (const target of quarantine.order(targets)) order.push(target);
  return order;
}

const [one, two, three] = [target('192.0.2.1'), target('192.0.2.2'), target('192.0.2.3')];

test('a target that failed is tried last for 30 s, then in its original place', async () => {
  let now = 0;
  const quarantine = new Quarantine({ now: () => now });
  quarantine.report(one);
  assert.deepEqual(await tried(quarantine, [one, two, three]), [two, three, one]);
  now = 29_999;
  assert.deepEqual(await tried(quarantine, [one, two]), [two, one]);
  now = 30_000;
  assert.deepEqual(await tried(quarantine, [one, two]), [one, two]);
  assert.equal(quarantine.size, 0);
});

test('the last target is never removed, and a list of failed ones keeps its order', async () => {
  const quarantine = new Quarantine({ now: () => 0 });
  for (const failed of [two, one]) quarantine.report(failed);
  assert.deepEqual(await tried(quarantine, [one]), [one]);
  assert.deepEqual(await tried(quarantine, [one, two]), [one, two]);
});

test('the given list is not changed, so other calls keep theirs', async () => {
  const quarantine = new Quarantine({ now: () => 0 });
  quarantine.report(one);
  const list = Object.freeze([one, two]);
  await tried(quarantine, list);
  assert.deepEqual(list, [one, two]);
});

test('a target that answered is released', async () => {
  const quarantine = new Quarantine({ now: () => 0 });
  quarantine.report(one);
  quarantine.release(one);
  assert.deepEqual(await tried(quarantine, [one, two]), [one, two]);
});

test('targets are passed on as they become known, those in quarantine at the end', async () => {
  const quarantine = new Quarantine({ now: () => 0 });
  quarantine.report(one);
  let more = 0;
  async function* known() {
    for (const target of [one, two, three]) {
      more++;
      yield target;
    }
  }
  const order = quarantine.order(known());
  assert.deepEqual((await order.next()).value, two);
  assert.equal(more, 2);
  assert.deepEqual([(await order.next()).value, (await order.next()).value], [three, one]);
});

test('a server whose certificate fails for one domain stays available for another', async () => {
  const quarantine = new Quarantine({ now: () => 0 });
  const secure: Target = { ...one, transport: 'tls' };
  quarantine.report(secure);
  const other: Target = { ...secure, domain: 'other.test' };
  assert.deepEqual(await tried(quarantine, [secure, other]), [other, secure]);
});

test('the same address over another transport or port is another target', async () => {
  const quarantine = new Quarantine({ now: () => 0 });
  quarantine.report(one);
  const overTcp: Target = { ...one, transport: 'tcp' };
  const elsewhere: Target = { ...one, port: 5070 };
  assert.deepEqual(await tried(quarantine, [one, overTcp, elsewhere]), [overTcp, elsewhere, one]);
});

test('the size is limited', async () => {
  const quarantine = new Quarantine({ now: () => 0 });
  for (let index = 0; index < 5_000; index++) quarantine.report({ ...one, port: index });
  assert.equal(quarantine.size, 1_000);
});

test('refusal, no route, silence, an invalid certificate and 503 are failures of the target; every other response is an answer', () => {
  for (const kind of ['refused', 'unreachable', 'silent', 'not-trusted'] as const) {
    assert.equal(isTargetFailure({ kind }), true, kind);
  }
  for (let status = 200; status < 700; status++) {
    assert.equal(isTargetFailure({ kind: 'response', status }), status === 503, String(status));
  }
});
