// `npm run soak:engine [calls] [seed]`: prints what became of the calls and of the engine's memory.
// The exit code is 0 when every count came back to zero, no call failed and the heap stayed flat.

import { soak } from './soak.ts';

const calls = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`${calls} calls, seed ${seed}; 1 % of the datagrams lost, 1 % doubled, 1 % reordered`);

const report = await soak({
  calls,
  seed,
  // The engine remembers finished transactions for 32 s, as RFC 3261 has it, and at most 50,000.
  concurrency: 16,
  share: 0.01,
  t1: 500,
  progress: ended => process.stderr.write(`\r${ended} calls ended `),
});
const { before, after, link, failures } = report;
const measured = Math.max(calls - 1_000, 1);
const cpu = after.cpuSeconds - before.cpuSeconds;
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
console.log(`\nin ${report.seconds.toFixed(0)} s, ${(measured / report.seconds).toFixed(0)} calls a second`);
console.log(
  `datagrams ${link.carried}, lost ${link.lost}, doubled ${link.doubled}, reordered ${link.reordered}`,
);
const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
console.log(`failures ${failed}`);
for (const [cause, count] of failures) console.log(`  ${count} x ${cause}`);
console.log(`counts at their highest ${JSON.stringify(report.peak)}`);
console.log(`counts at the end ${JSON.stringify(after.counts)}`);
console.log(`heap ${megabytes(before.heapBytes)} before, ${megabytes(after.heapBytes)} after`);
console.log(`memory (RSS) ${megabytes(before.rssBytes)} before, ${megabytes(after.rssBytes)} after`);
console.log(
  `CPU ${cpu.toFixed(1)} s, ${((cpu / measured) * 1000).toFixed(2)} ms a call with the application`,
);

const { apps: _apps, ...counts } = after.counts;
const forgotten = Object.values(counts).every(count => count === 0);
// Bytes a call: a leak of one small object in each would show.
const flat = after.heapBytes - before.heapBytes < 2e6 + measured * 8;
process.exit(forgotten && failed === 0 && flat ? 0 : 1);
