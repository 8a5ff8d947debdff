// Regular expressions that read a peer's bytes: each takes linear time, or reads input of a bounded length (RFC 3261 bounds
// no length). One that backtracks stops all calls of the process.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { attackMessages } from './expressions/attacks.ts';
import { type Collected, collect, keyOf } from './expressions/collect.ts';
import { gatewayModules, widgetModules } from './expressions/graph.ts';
import { answersOf } from './expressions/limited-process.ts';
import { linearCases } from './expressions/linear-cases.ts';
import type { Growth } from './expressions/linear-process.ts';
import type { ReadCost } from './expressions/parser-process.ts';
import { givenAtRunTime, ownersOnly, reviewed } from './expressions/reviewed.ts';
import { type Judged, judge, verdictOf } from './expressions/verdicts.ts';

const keeping = process.env.SIP_CALL_TEST_RENEW !== undefined;

let collected: Collected;
let judged: Judged;

before(async () => {
  const modules = [...(await gatewayModules()), ...(await widgetModules())];
  collected = collect(modules.filter(({ owner }) => !ownersOnly.includes(owner)));
  judged = await judge(collected.expressions, keeping);
});

function superlinear() {
  return collected.expressions.filter(({ literal }) => judged.verdicts.get(literal)?.linear === false);
}

test('the checker distinguishes a superlinear expression from a linear one', async () => {
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

const parser = new URL('./expressions/parser-process.js', import.meta.url);
/** CPU time that one message may cost behind the engine. */
const MOST_MS = 30;

test('the worst that the engine hands on costs drachtio-srf some milliseconds', async context => {
  const attacks = [...reviewed].flatMap(([key, { is }]) => {
    const verdict = is === 'bounded' ? judged.verdicts.get(key.slice(key.indexOf(' ') + 1)) : undefined;
    return verdict?.linear === false && verdict.attack !== undefined ? [verdict.attack] : [];
  });
  const jobs = function* () {
    for (const { name, bytes } of attackMessages(attacks)) yield { name, message: bytes.toString('base64') };
  };
  const { answers, killedOver } = await answersOf<ReadCost>(parser, 'guarded', jobs());
  assert.equal(killedOver, undefined, 'killed after 10 s');
  const handedOn = answers.filter(answer => answer.handedOn);
  const dearest = answers.reduce((a, b) => (a.libraryMs + a.engineMs > b.libraryMs + b.engineMs ? a : b));
  context.diagnostic(
    `${answers.length} messages, ${handedOn.length} handed on; the dearest: ${JSON.stringify(dearest)}`,
  );
  assert.ok(handedOn.length > 100, `only ${handedOn.length} were handed on`);
  assert.ok(dearest.libraryMs + dearest.engineMs < MOST_MS, JSON.stringify(dearest));
});

test('drachtio-srf alone hangs over a status line of blanks, and is killed', async () => {
  const job = (name: string, reason: string) => {
    const message = Buffer.from(`SIP/2.0 200${reason}\r\nTo: <sip:a@b>\r\n\r\n`).toString('base64');
    return { name, message };
  };
  const jobs = [job('usual', ' OK'), job('blanks', `${' '.repeat(15_000)}a\u2028x`)];
  const { answers, killedOver } = await answersOf<ReadCost>(parser, 'bare', jobs);
  assert.deepEqual(
    answers.map(({ name }) => name),
    ['usual'],
  );
  assert.equal(killedOver, 'blanks');
});

test('four times the bytes take four times as long to read, wherever a peer may send them', async context => {
  const jobs = Object.keys(linearCases).map(name => ({ name }));
  const growths = new URL('./expressions/linear-process.js', import.meta.url);
  const { answers, killedOver } = await answersOf<Growth>(growths, '', jobs);
  assert.equal(killedOver, undefined, 'killed after 10 s');
  // A square would be sixteen times. Less than some milliseconds are nothing to measure.
  const tooDear = answers.filter(({ name, quarterMs, wholeMs }) => {
    const { bounded } = linearCases[name]!;
    return wholeMs > (bounded ?? Math.max(8 * quarterMs, 5));
  });
  context.diagnostic(`${answers.length} texts, each at the size that is let in`);
  assert.deepEqual(tooDear, []);
});
