// The fuzzer for the duration of a test, with fixed seeds, so that a failure can be reproduced. `npm run fuzz`
// continues from there.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzEngine } from './engine-fuzz.ts';
import { mutate } from './mutate.ts';
import { broken, fuzzParser } from './parser-fuzz.ts';
import { Random } from './random.ts';
import { crashers, seeds } from './seeds.ts';

describe('messages that once broke the parser no longer break it', () => {
  for (const { name, bytes } of crashers()) {
    test(name, () => assert.equal(broken(bytes), undefined));
  }
});

test('the seed messages of the fuzzer are valid', () => {
  for (const bytes of seeds()) assert.equal(broken(bytes), undefined);
});

test('the same seed makes the same messages', () => {
  const draw = () => {
    const random = new Random(7);
    const pool = seeds();
    return Array.from({ length: 200 }, () =>
      mutate(random.pick(pool), random, random.pick(pool)).toString('hex'),
    );
  };
  assert.deepEqual(draw(), draw());
});

test('20,000 mutated messages break nothing in the parser', () => {
  const { finding } = fuzzParser(4475, count => count >= 20_000);
  if (finding === undefined) return;
  const shown = JSON.stringify(finding.bytes.toString('latin1').slice(0, 2_000));
  throw new Error(`Message ${finding.count} of seed ${finding.seed}, cut down: ${shown}`, {
    cause: finding.error,
  });
});

test('3,000 mutated messages leave nothing behind in an engine', async () => {
  const { delivered, faults } = await fuzzEngine(3261, count => count >= 3_000);
  assert.deepEqual(faults, []);
  assert.ok(delivered > 100, `only ${delivered} reached the application`);
});
