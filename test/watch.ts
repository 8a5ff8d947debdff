// `npm run test:watch -- unit/config`: runs the chosen unit tests, then after each change of a source those of them that
// load the changed file. Each run is `npm run test:unit`.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { closureOf } from './support/bundle.ts';
import { repository } from './support/repository.ts';
import { filesFor, isUnit, nameOf } from './support/test-files.ts';

const FOLDERS = ['build', 'demo-site', 'gateway', 'test', 'widget'];
/** An editor writes a file in several steps. */
const SETTLE_MS = 100;

const words = process.argv.slice(2);
const changed = new Set<string>();
let wake = () => {};

for (const folder of FOLDERS) {
  watch(join(repository, folder), { recursive: true }, (_event, name) => {
    if (!name) return;
    changed.add(`${folder}/${name}`);
    wake();
  });
}

/** The names of the chosen unit tests that load a changed file. */
function affected(files: ReadonlySet<string>): string[] {
  return filesFor(words)
    .filter(isUnit)
    .map(nameOf)
    .filter(name => [...closureOf(`test/${name}.test.ts`)].some(source => files.has(source)));
}

async function runTests(names: readonly string[]): Promise<void> {
  const child = spawn('npm', ['run', '--silent', 'test:unit', '--', ...names], {
    cwd: repository,
    stdio: 'inherit',
  });
  await once(child, 'close');
}

if (words.length > 0) await runTests(words);
for (;;) {
  console.log('waiting for a change');
  while (changed.size === 0) await new Promise<void>(resolve => (wake = resolve));
  await new Promise(resolve => setTimeout(resolve, SETTLE_MS));
  const files = new Set(changed);
  changed.clear();
  const names = affected(files);
  console.log(`changed: ${[...files].join(', ')}; unit tests that load it: ${names.length}`);
  if (names.length > 0) await runTests(names);
}
