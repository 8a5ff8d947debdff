// A process that reads the text of a linear case in a quarter of the size that is let in, and in the whole, and says what
// each cost. It may hang over one.

import { createInterface } from 'node:readline';
import { linearCases } from './linear-cases.ts';

export interface Growth {
  readonly name: string;
  /** CPU time of a quarter and of the whole, in milliseconds. */
  readonly quarterMs: number;
  readonly wholeMs: number;
}

const RUNS = 7;

function cpuMs(work: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  // The least of some runs: what a compiler or a collector does beside them is not the text's.
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

process.stdout.write('started\n');
for await (const line of createInterface({ input: process.stdin })) {
  const { name } = JSON.parse(line) as { name: string };
  const { most, make } = linearCases[name]!;
  const whole = make(most);
  const quarter = make(most / 4);
  // Once for the compiler.
  cpuMs(quarter);
  const growth: Growth = { name, quarterMs: cpuMs(quarter), wholeMs: cpuMs(whole) };
  process.stdout.write(`${JSON.stringify(growth)}\n`);
}
