// One-way audio as both relays detect it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type MediaFlow, OneWayWatch } from '../../../gateway/media/one-way.ts';
import type { MediaEvent } from '../../../gateway/media/relay.ts';

const well: MediaFlow = { due: true, since: 0, lastAt: Number.POSITIVE_INFINITY, deafSince: Number.NaN };

function scene() {
  const events: string[] = [];
  const watch = new OneWayWatch('call', 8000, (event: MediaEvent) => {
    if (event.type === 'one-way') events.push(`${event.leg} ${event.cause} ${event.forMs}`);
    if (event.type === 'one-way-over') events.push(`over: ${event.leg} ${event.cause}`);
  });
  return { watch, events };
}

describe('one-way audio', () => {
  it('is reported once after eight seconds, ends when media flows, and is counted', () => {
    const { watch, events } = scene();
    watch.established(0);
    const silent = { ...well, lastAt: 1000 };
    for (const now of [8000, 8999, 9000, 12_000]) watch.update(now, { browser: well, pbx: silent });
    assert.deepEqual(events, ['pbx sends-nothing 8000']);
    assert.deepEqual(watch.report(12_000), { oneWay: [{ leg: 'pbx', cause: 'sends-nothing', ms: 11_000 }] });
    watch.update(12_500, { browser: well, pbx: { ...well, lastAt: 12_400 } });
    assert.deepEqual(events.slice(1), ['over: pbx sends-nothing']);
    assert.deepEqual(watch.report(20_000), { oneWay: [{ leg: 'pbx', cause: 'sends-nothing', ms: 11_400 }] });
  });

  it('is detected only after the answer: ringing does not count', () => {
    const { watch, events } = scene();
    const silent = { ...well, lastAt: Number.NaN };
    watch.update(60_000, { browser: silent, pbx: silent });
    watch.established(60_000);
    watch.update(67_999, { browser: well, pbx: silent });
    assert.deepEqual(events, []);
    watch.update(68_000, { browser: well, pbx: silent });
    assert.deepEqual(events, ['pbx sends-nothing 8000']);
  });

  it('a side that is held or muted is not reported, and a hold ends the report', () => {
    const { watch, events } = scene();
    watch.established(0);
    const held = { ...well, due: false, lastAt: 0 };
    watch.update(20_000, { browser: held, pbx: held });
    assert.deepEqual(events, []);
    watch.update(30_000, { browser: { ...held, due: true }, pbx: well });
    watch.update(31_000, { browser: held, pbx: well });
    assert.deepEqual(events, ['browser sends-nothing 30000', 'over: browser sends-nothing']);
  });

  it('an offer that changes nothing does not end it', () => {
    const { watch, events } = scene();
    watch.established(0);
    watch.update(9000, { browser: well, pbx: { ...well, lastAt: Number.NaN } });
    watch.update(9500, { browser: well, pbx: { ...well, since: 9400, lastAt: Number.NaN } });
    watch.update(19_500, { browser: well, pbx: { ...well, since: 9400, lastAt: Number.NaN } });
    assert.deepEqual(events, ['pbx sends-nothing 9000']);
  });

  it('of two, each ends separately', () => {
    const { watch, events } = scene();
    watch.established(0);
    const [silent, deaf] = [
      { ...well, lastAt: 0 },
      { ...well, deafSince: 500 },
    ];
    watch.update(9000, { browser: silent, pbx: deaf });
    watch.update(9500, { browser: well, pbx: deaf });
    const begun = ['browser sends-nothing 9000', 'pbx hears-nothing 8500'];
    assert.deepEqual(events, [...begun, 'over: browser sends-nothing']);
    watch.update(10_000, { browser: well, pbx: well });
    assert.deepEqual(events.slice(3), ['over: pbx hears-nothing']);
    assert.equal(watch.report(10_000).oneWay?.length, 2);
  });

  it('the report of a call without one-way audio is empty', () => {
    const { watch } = scene();
    watch.established(0);
    watch.update(60_000, { browser: well, pbx: well });
    assert.deepEqual(watch.report(60_000), {});
  });
});
