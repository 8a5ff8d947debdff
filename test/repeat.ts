// `npm run repeat -- --times 20 unit/call`: runs test files again and again and prints which tests failed how often. A
// test that fails now and then has a cause in the product or in the test. `--load` keeps all processors busy meanwhile.

import { availableParallelism } from 'node:os';
import { inspect, parseArgs } from 'node:util';
import { ensureParts } from './support/parts.ts';
import { PeerProcess } from './support/peer-process.ts';
import { filesFor, isStory, nameOf, runFiles, type TestEvent } from './support/test-files.ts';

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: 'string', default: '20' },
    jobs: { type: 'string', default: '1' },
    load: { type: 'boolean', default: false },
  },
});
const [times, jobs] = [Number(values.times), Number(values.jobs)];
if (!(times >= 1 && jobs >= 1)) throw new Error('--times and --jobs are numbers from 1 up');

interface Failure {
  count: number;
  /** The first one, in full. */
  readonly error: string;
}

const files = filesFor(words);
if (files.length === 0) throw new Error(`nothing is named ${words.join(' or ')}`);
if (files.some(isStory)) for (const part of await ensureParts(console.log)) console.log(`missing: ${part}`);

const load = values.load
  ? Array.from(
      { length: availableParallelism() },
      () => new PeerProcess('load', process.execPath, ['-e', 'for(;;);']),
    )
  : [];
const failures = new Map<string, Failure>();
const longest = new Map<string, number>();
let passed = 0;
let rounds = 0;
// Also where the run is ended early, by Ctrl+C for instance.
process.once('exit', printTable);

for (let round = 1; round <= times; round++) {
  const begin = performance.now();
  const before = failed();
  const left = files.values();
  // One by one, so that the file is known whose process reports: tests may stand in files that it imports.
  const job = async () => {
    for (const file of left) for await (const event of runFiles([file], 1)) take(event, nameOf(file), round);
  };
  await Promise.all(Array.from({ length: jobs }, job));
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  rounds = round;
  console.log(`round ${round} of ${times}: ${failed() - before} failed, ${seconds} s`);
}
await Promise.all(load.map(each => each.kill()));

process.exitCode = failed() > 0 ? 1 : 0;

function take({ type, data }: TestEvent, file: string, round: number): void {
  if (type === 'test:stderr') process.stderr.write(data.message);
  if (type === 'test:diagnostic' && data.message.startsWith('was running')) console.log(data.message);
  if (type !== 'test:pass' && type !== 'test:fail') return;
  if (data.todo !== undefined || data.skip !== undefined) return;
  // A file that did not end as it should is reported by its path.
  const name = data.name.startsWith('/') ? file : `${file}: ${data.name}`;
  longest.set(name, Math.max(longest.get(name) ?? 0, data.details.duration_ms));
  if (type === 'test:pass') {
    passed++;
    return;
  }
  const { error } = data.details;
  // A suite fails with its tests, which are counted.
  if ('failureType' in error && error.failureType === 'subtestsFailed') return;
  const known = failures.get(name);
  const text = inspect(error.cause ?? error);
  if (known) known.count++;
  else failures.set(name, { count: 1, error: text });
  console.log(`round ${round}: ${name}\n${text}`);
}

function failed(): number {
  return [...failures.values()].reduce((sum, { count }) => sum + count, 0);
}

function printTable(): void {
  console.log(`\n${passed} passed, ${failed()} failed: ${files.length} files, ${rounds} whole rounds`);
  for (const [name, { count, error }] of [...failures].sort(([, a], [, b]) => b.count - a.count)) {
    console.log(`${String(count).padStart(4)} times  ${name}\n             ${error.split('\n')[0]}`);
  }
  const slow = [...longest].sort(([, a], [, b]) => b - a).slice(0, 5);
  console.log(`longest: ${slow.map(([name, ms]) => `${name} ${(ms / 1000).toFixed(1)} s`).join('; ')}`);
}
