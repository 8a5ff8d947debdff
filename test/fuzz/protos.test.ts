// The generator of INVITEs in the style of PROTOS: their number, their seed, and whether the parser handles them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMessage } from '../../gateway/engine/message/parse.ts';
import { allowance, check } from './invariants.ts';
import { PROTOS_COUNT, protosElements, protosMessage } from './protos.ts';
import { Random } from './random.ts';

const SEED = 7;
const options = { uri: 'sip:director@mysite.test', transport: 'UDP', sentBy: '127.0.0.1:5060' } as const;
const message = (index: number, seed = SEED) => protosMessage(index, seed, options);

test('the first message is a valid INVITE', () => {
  const parsed = parseMessage(message(0));
  assert.equal(parsed.kind, 'request');
  assert.equal(parsed.kind === 'request' && parsed.method, 'INVITE');
});

test('each element is replaced, by exceptional ones of several classes', () => {
  const valid = message(0).length;
  const perElement = Math.floor(PROTOS_COUNT / protosElements.length);
  assert.ok(perElement >= 50, `only ${perElement} of each`);
  assert.equal(new Set(protosElements).size, protosElements.length);
  const lengths = Array.from({ length: PROTOS_COUNT }, (_, index) => message(index).length);
  assert.ok(Math.min(...lengths) < valid);
  assert.ok(Math.max(...lengths) > 60_000 && Math.max(...lengths) < 65_507, 'no longer than a datagram');
});

test('the same seed makes the same messages, and another seed others', () => {
  assert.deepEqual(message(1_000), message(1_000));
  const differing = Array.from({ length: 200 }, (_, index) => index + 100).filter(
    index => !message(index, 1).equals(message(index, 2)),
  );
  assert.equal(differing.length, 200);
});

test(`${PROTOS_COUNT} messages in the style of PROTOS break nothing in the parser`, () => {
  for (let index = 0; index < PROTOS_COUNT; index++) {
    const bytes = message(index);
    const name = `message ${index} of seed ${SEED}`;
    assert.doesNotThrow(() => check(bytes, new Random(index)), name);
    // Twice the usual limit: the longest lists of empty elements need most of it.
    const most = 2 * allowance(bytes);
    const ms = cheapestReading(bytes, most);
    assert.ok(ms <= most, `${name}: ${bytes.length} bytes took ${ms.toFixed(1)} ms of a processor`);
  }
});

/** CPU time in milliseconds, the best of several measurements. The first one that is low enough ends it. */
function cheapestReading(bytes: Buffer, enough: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 10 && best > enough; run++) {
    const before = process.cpuUsage();
    parseMessage(bytes);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}
