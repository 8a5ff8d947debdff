// `npm run soak -- [--minutes 60] [--rate CALLS-A-SECOND] [--seed N] [--heard-every 10]`: prints the results
// of the calls, and resources that the gateway did not release. The exit code is 1 when a resource is left,
// or when a call failed without lost datagrams. SIP_CALL_SOAK_SNAPSHOTS=folder writes heap snapshots there,
// for heap-growth.ts to compare.

import { parseArgs } from 'node:util';
import { percentile } from '../../bench/figure.ts';
import type { GatewayUsage } from './gateway-process.ts';
import { soakGateway, sum } from './gateway-soak.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    'heard-every': { type: 'string', default: '10' },
  },
});
const seed = Number(values.seed);
const minutes = Number(values.minutes);
console.log(`${minutes} minutes, seed ${seed}; 1 % of the datagrams lost, 1 % duplicated, 1 % reordered`);
const report = await soakGateway({
  minutes,
  rate: values.rate === undefined ? undefined : Number(values.rate),
  seed,
  share: 0.01,
  heardEvery: Number(values['heard-every']),
  progress: line => console.log(line),
  snapshots: process.env.SIP_CALL_SOAK_SNAPSHOTS,
});

const { before, after, peak, link, failures, byLink, calls } = report;
const setups = [...report.setupMs].sort((a, b) => a - b);
console.log(`\n${calls} calls at ${report.rate} a second, ${report.heard} of them with audio`);
if (report.skipped > 0) console.log(`${report.skipped} more had no free caller`);
console.log(
  `answered after ${percentile(setups, 0.5).toFixed(0)} ms median, ${percentile(setups, 0.95).toFixed(0)} ms p95, ` +
    `${percentile(setups, 1).toFixed(0)} ms at most`,
);
console.log(
  `datagrams ${link.carried}, lost ${link.lost}, duplicated ${link.doubled}, reordered ${link.reordered}`,
);
tell('failures', failures);
tell('failures of calls with several lost datagrams', byLink);
console.log('warnings of the gateway');
for (const [text, count] of Object.entries(after.said)) console.log(`  ${count} x ${text}`);

if (Object.keys(after.said).some(text => text.includes('resources exhausted'))) {
  console.log('  (the machine was busy, or the rate is too high; see --rate)');
}

const kept = Object.entries(after.counts).filter(([name, count]) => count > (before.counts[name] ?? 0));
console.log(`left: ${kept.length === 0 ? 'nothing: no call, port, timer, socket or file' : ''}`);
for (const [name, count] of kept) console.log(`  ${name}: ${count}, ${before.counts[name] ?? 0} before`);
const grown = after.memoryBytes - before.memoryBytes;
/**
 * Code that is compiled late, the only growth that was observed, and less than the smallest object for each
 * call.
 */
const room = 4e6 + 16 * calls;
console.log(
  `memory ${megabytes(before)} before, ${megabytes(peak)} peak, ${megabytes(after)} after: ` +
    `${(grown / 1e6).toFixed(2)} MB more, the limit is ${(room / 1e6).toFixed(2)} MB; ` +
    `RSS ${(before.rssBytes / 1e6).toFixed(0)} and ${(after.rssBytes / 1e6).toFixed(0)} MB`,
);
console.log(
  `processor ${(((after.cpuSeconds - before.cpuSeconds) / Math.max(1, calls)) * 1000).toFixed(1)} ms a call`,
);
process.exit(kept.length === 0 && grown < room && sum(failures) === 0 ? 0 : 1);

function tell(what: string, causes: ReadonlyMap<string, number>): void {
  console.log(`${what}: ${sum(causes)}`);
  for (const [cause, count] of causes) console.log(`  ${count} x ${cause}`);
}

function megabytes({ memoryBytes }: GatewayUsage): string {
  return `${(memoryBytes / 1e6).toFixed(2)} MB`;
}
