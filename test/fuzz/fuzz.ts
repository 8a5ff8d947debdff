// `npm run fuzz -- --minutes 10 --seed 42`: the parser and the whole engine against mutated messages, in turn. A
// message that breaks the parser is reduced, stored in the corpus, and reported with its seed.

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fuzzEngine } from './engine-fuzz.ts';
import { fuzzParser } from './parser-fuzz.ts';
import { corpusFolder } from './seeds.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
const minutes = Number(values.minutes ?? 1);
const firstSeed = Number(values.seed ?? Date.now() % 2 ** 31);
if (!(minutes > 0) || !Number.isInteger(firstSeed)) {
  console.error('--minutes takes a number, --seed an integer.');
  process.exit(2);
}

const roundMs = 5_000;
const end = performance.now() + minutes * 60_000;
const heap = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};
let parsed = 0;
let sent = 0;
let delivered = 0;
let settled: number | undefined;

for (let seed = firstSeed; performance.now() < end; seed++) {
  const until = Math.min(performance.now() + roundMs, end);
  const { messages, finding } = fuzzParser(seed, () => performance.now() >= until);
  parsed += messages;
  if (finding !== undefined) {
    const file = `${createHash('sha256').update(finding.bytes).digest('hex').slice(0, 12)}.sip`;
    writeFileSync(corpusFolder + file, finding.bytes);
    console.error(`seed ${finding.seed}, message ${finding.count}: kept as test/fuzz/corpus/${file}`);
    console.error(finding.error.stack?.slice(0, 4_000));
    process.exit(1);
  }
  const run = await fuzzEngine(seed, count => count >= 4_000);
  sent += run.messages;
  delivered += run.delivered;
  if (run.faults.length > 0) {
    console.error(`seed ${seed}: the engine caught what should not have been thrown`);
    console.error(run.faults[0]);
    process.exit(1);
  }
  const now = heap();
  // The first round warms up. From then on the heap must not grow.
  settled ??= now;
  console.log(
    `seed ${seed}: ${parsed} messages parsed, ${sent} sent, ${delivered} delivered, heap ${now.toFixed(1)} MB`,
  );
  if (globalThis.gc !== undefined && now > settled * 1.5 + 10) {
    console.error(`the heap has grown from ${settled.toFixed(1)} MB`);
    process.exit(1);
  }
}
process.exit(0);
