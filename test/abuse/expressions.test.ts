// Regular expressions that meet a peer's bytes: each takes linear time, or only ever sees so little that it does not
// matter (RFC 3261 sets no length of anything). One that backtracks stops all calls of the process.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Collected, collect, keyOf } from './expressions/collect.ts';
import { gatewayModules, widgetModules } from './expressions/graph.ts';
import { givenAtRunTime, ownersOnly, reviewed } from './expressions/reviewed.ts';
import { type Judged, judge, verdictOf } from './expressions/verdicts.ts';

const renewing = process.env.SIP_CALL_TEST_RENEW !== undefined;

let collected: Collected;
let judged: Judged;

before(async () => {
  const modules = [...(await gatewayModules()), ...(await widgetModules())];
  collected = collect(modules.filter(({ owner }) => !ownersOnly.includes(owner)));
  judged = await judge(collected.expressions, renewing);
});

function superlinear() {
  return collected.expressions.filter(({ literal }) => judged.verdicts.get(literal)?.linear === false);
}

test('the checker knows a superlinear expression from a linear one', async () => {
  const cubic = await verdictOf(String.raw`^SIP\/(\d+\.\d+)\s+(\d+)\s*(.*)\s*$`, '');
  assert.deepEqual(
    { linear: cubic.linear, growth: 'growth' in cubic && cubic.growth },
    { linear: false, growth: '3rd degree polynomial' },
  );
  assert.deepEqual(await verdictOf(String.raw`^SIP\/2\.0 (\d{3}) (.*)$`, ''), { linear: true });
});

test('the regular expressions of all that a peer can reach are found', context => {
  const counts = new Map<string, number>();
  for (const { owner } of collected.expressions) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  context.diagnostic(
    `${collected.expressions.length} regular expressions checked: ${[...counts].map(([owner, count]) => `${owner} ${count}`).join(', ')}`,
  );
  if (judged.fresh.length > 0)
    context.diagnostic(`${judged.fresh.length} had no kept verdict: npm run expressions keeps them`);
  for (const owner of [
    'gateway',
    'widget',
    'drachtio-srf',
    'sdp-transform',
    'forwarded-parse',
    'jssip',
    'ws',
    'jose',
  ]) {
    assert.ok((counts.get(owner) ?? 0) > 0, `none of ${owner}`);
  }
});

test('no regular expression of ours is superlinear', () => {
  const ours = superlinear().filter(({ owner }) => owner === 'gateway' || owner === 'widget');
  assert.deepEqual(
    ours.map(({ literal, places }) => `${literal} in ${places.join(', ')}`),
    [],
  );
});

test('each superlinear expression of a library is reviewed, and nothing else is', () => {
  const found = superlinear().filter(({ owner }) => owner !== 'gateway' && owner !== 'widget');
  assert.deepEqual(
    found.map(({ owner, literal }) => keyOf(owner, literal)).sort(),
    [...reviewed.keys()].sort(),
  );
});

test('each expression that is only known at run time is reviewed, and nothing else is', () => {
  assert.deepEqual([...collected.given].sort(), Object.keys(givenAtRunTime).sort());
});
