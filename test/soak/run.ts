// `npm run soak:engine [calls] [seed]`: prints the results of the calls and the engine's memory. The exit
// code is 0 when every count returned to zero, no call failed and the engine's memory stayed flat.
// SIP_CALL_SOAK_SNAPSHOTS=folder writes heap snapshots of both processes there, for heap-growth.ts to
// compare.

import type { ProcessUsage } from './process-usage.ts';
import { soak } from './soak.ts';

const calls = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));
const warmUp = Math.min(5_000, Math.ceil(calls / 5));
console.log(`${calls} calls after ${warmUp} for warm-up, seed ${seed}`);
console.log('1 % of the datagrams lost, 1 % duplicated, 1 % reordered');

const report = await soak({
  calls,
  warmUp,
  seed,
  // The engine keeps finished transactions for 32 s, as RFC 3261 requires.
  concurrency: 48,
  share: 0.01,
  t1: 500,
  snapshots: process.env.SIP_CALL_SOAK_SNAPSHOTS,
  progress: ended => process.stderr.write(`\r${ended} calls ended `),
});
const { before, after, link, failures } = report;
console.log(`\nin ${report.seconds.toFixed(0)} s, ${(calls / report.seconds).toFixed(0)} calls a second`);
console.log(
  `datagrams ${link.carried}, lost ${link.lost}, duplicated ${link.doubled}, reordered ${link.reordered}`,
);
const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
console.log(`failures ${failed}`);
for (const [cause, count] of failures) console.log(`  ${count} x ${cause}`);
console.log(`peak counts ${JSON.stringify(report.peak.counts)}`);
console.log(`final counts ${JSON.stringify(after.engine.counts)}`);
console.log(`peak memory of the engine ${megabytes(report.peak.memoryBytes)}`);
const grown = growth('engine', before.engine, after.engine);
growth('application', before.app, after.app);

const { applications: _applications, ...counts } = after.engine.counts;
const forgotten = Object.values(counts).every(count => count === 0);
// A leak of one small object a call would exceed this limit.
process.exit(forgotten && failed === 0 && grown < 8 * calls ? 0 : 1);

function growth(name: string, from: ProcessUsage, to: ProcessUsage): number {
  const bytes = to.memoryBytes - from.memoryBytes;
  const cpu = to.cpuSeconds - from.cpuSeconds;
  console.log(
    `${name}: memory ${megabytes(from.memoryBytes)} before, ${megabytes(to.memoryBytes)} after` +
      ` (${(bytes / calls).toFixed(1)} bytes a call), RSS ${megabytes(from.rssBytes)} and ${megabytes(to.rssBytes)};` +
      ` CPU ${cpu.toFixed(1)} s, ${((cpu / calls) * 1000).toFixed(2)} ms a call`,
  );
  return bytes;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
