// `npm test`: runs the unit tests in parallel, then provides the real parts, then runs the stories one after another.
// Words on the command line choose files: `npm test -- unit`, `npm test -- call/endings`. `--units` (`npm run test:unit`)
// runs the unit tests alone and builds the bundle only where a chosen test needs it. The exit code is not 0 when a test
// failed or no test ran.

import { availableParallelism } from 'node:os';
import { PassThrough } from 'node:stream';
import { spec } from 'node:test/reporters';
import { ensureBundle } from './support/bundle.ts';
import { ensureParts, underCi } from './support/parts.ts';
import { filesFor, isStory, isUnit, runFiles } from './support/test-files.ts';

const words = process.argv.slice(2).filter(word => !word.startsWith('-'));
const unitsOnly = process.argv.includes('--units');
const chosen = filesFor(words).filter(file => !unitsOnly || isUnit(file));
const stories = chosen.filter(isStory);
const units = chosen.filter(file => !isStory(file));

/** The counts of node:test at the end of a run, in its order. */
const COUNTS = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo', 'duration_ms'];
const totals = new Map(COUNTS.map(name => [name, 0]));

const report = new PassThrough({ objectMode: true });
const printed = report.compose(new spec());
printed.pipe(process.stdout);

/** Passes on the events of the files, without the counts, which it adds up. */
async function runAndReport(files: readonly string[], concurrency: number): Promise<void> {
  for await (const event of runFiles(files, concurrency)) {
    // For coverage and other programs only; the counts below have the same figures.
    if ((event.type as string) === 'test:summary') continue;
    // node does not count a suite whose hooks fail: every reported failure makes the run a failure.
    if (event.type === 'test:fail' && event.data.todo === undefined) process.exitCode = 1;
    if (event.type === 'test:diagnostic' && event.data.nesting === 0) {
      const [name = '', value = ''] = event.data.message.split(' ');
      const total = totals.get(name);
      if (total !== undefined && value !== '') {
        totals.set(name, total + Number(value));
        continue;
      }
    }
    if (!report.write(event)) await new Promise(resolve => report.once('drain', resolve));
  }
}

function note(message: string): void {
  report.write({ type: 'test:diagnostic', data: { nesting: 0, message } });
}

if (unitsOnly) await ensureBundle(units);
await runAndReport(units, availableParallelism());

const missing = stories.length > 0 ? await ensureParts(note) : [];
for (const part of missing) note(`missing: ${part}`);
if (missing.length > 0 && !underCi()) note('the stories on real parts are skipped');
await runAndReport(stories, 1);

for (const [name, total] of totals) note(`${name} ${total}`);
report.end();
await new Promise(resolve => printed.once('end', resolve));

const count = (name: string) => totals.get(name) ?? 0;
const ran = count('pass') + count('fail') + count('cancelled');
if (ran === 0) {
  console.error(chosen.length === 0 ? `no test file is named ${words.join(' or ')}` : 'no test ran');
  process.exitCode = 1;
}
if (underCi() && missing.length > 0) {
  console.error('parts are missing under CI, see above');
  process.exitCode = 1;
}
