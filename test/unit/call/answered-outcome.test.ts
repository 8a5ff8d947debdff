// What an answered call comes to: talk, or a fault that shows when it has ended.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answeredOutcome, isSuccess, type Talk } from '../../../gateway/call/answered-outcome.ts';
import { cause } from '../../../gateway/call/cause.ts';
import { emptyReport, type Leg, type LegReport, type OneWayCause } from '../../../gateway/media/relay.ts';

const sent: LegReport = { ...emptyReport.pbx, packets: 400 };
const talk: Talk = {
  ending: 'hung-up-by-visitor',
  server: 'udp:192.0.2.10:5060',
  seconds: 8,
  media: { browser: sent, pbx: sent },
  mediaFault: undefined,
  ports: 'UDP 20000-29999 of 192.0.2.1',
};
const deaf = { media: { browser: sent, pbx: emptyReport.pbx } };

const oneWay = (leg: Leg, kind: OneWayCause, ms: number) => ({
  media: { ...talk.media, oneWay: [{ leg, cause: kind, ms }] },
});
const both = {
  ...talk.media,
  oneWay: [
    { leg: 'browser', cause: 'hears-nothing', ms: 8000 },
    { leg: 'pbx', cause: 'hears-nothing', ms: 4000 },
  ],
} as const;

for (const [what, more, code, success] of [
  ['talk', {}, undefined, true],
  ['no packet of the PBX in 8 s', deaf, 'no-sound-from-pbx', false],
  ['no packet of the PBX in a short call', { ...deaf, seconds: 7.9 }, undefined, true],
  ['no packet from either side', { media: emptyReport }, undefined, true],
  [
    'the sound of the PBX ends after the first second',
    oneWay('pbx', 'sends-nothing', 7000),
    'no-sound-from-pbx',
    false,
  ],
  [
    'the PBX receives nothing for half of the talk',
    oneWay('pbx', 'hears-nothing', 4000),
    'no-sound-to-pbx',
    false,
  ],
  ['the PBX receives nothing for a while', oneWay('pbx', 'hears-nothing', 3999), undefined, true],
  ['the browser sends nothing', oneWay('browser', 'sends-nothing', 8000), 'no-sound-from-visitor', false],
  ['the browser receives nothing', oneWay('browser', 'hears-nothing', 8000), 'no-sound-to-visitor', false],
  ['nothing arrives at either side', { media: both }, 'no-sound-to-pbx', false],
  ['the visitor is lost', { ending: 'visitor-lost' }, 'visitor-lost', true],
  ['the sound of the visitor is lost', { ending: 'media-lost' }, 'visitor-lost', true],
  [
    'the relay is lost',
    { ending: 'media-lost', mediaFault: cause('relay-failed', { detail: 'x' }) },
    'relay-failed',
    false,
  ],
  [
    'no sound of the visitor got through',
    { ending: 'media-failed', mediaFault: cause('visitor-network-blocks-media', { detail: 'x' }) },
    'visitor-network-blocks-media',
    false,
  ],
  ['the PBX is lost', { ending: 'pbx-lost' }, 'pbx-lost', true],
  ['the engine is lost', { ending: 'engine-lost' }, 'engine-away', true],
  ['the longest call is over', { ending: 'too-long' }, undefined, true],
] as const satisfies readonly (readonly [string, Partial<Talk>, string | undefined, boolean])[]) {
  test(`${what}: ${code ?? 'no cause'}`, () => {
    const outcome = answeredOutcome({ ...talk, ...more });
    assert.deepEqual([outcome.code, outcome.cause?.code, isSuccess(outcome)], ['answered', code, success]);
  });
}
