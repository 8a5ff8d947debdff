// The source files that a test file loads, by its imports, and the bundle of the widget: it is built for unit tests only
// when a chosen test reads it and it is missing or older than its sources.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { importsIn } from '../unit/structure/import-graph.ts';
import { run } from './peer-process.ts';
import { repository, sourceOf } from './repository.ts';

/** A source with one of these reads what `vite build` writes, or runs the gateway, which does. */
const READS_BUNDLE =
  /\b(?:publicFolder|ensureBuilt)\b|(?:repository\}?(?:, ')?|read\(')dist\/(?:public|custom-elements|web-types|gateway\/main)/;
/** What the bundle is made of. */
const SOURCES = ['widget', 'build', 'vite.config.ts', 'package-lock.json'];

/** Builds the bundle if one of the compiled test files needs it. */
export async function ensureBundle(files: readonly string[]): Promise<void> {
  const sources = files.map(file => sourceOf(file.slice(join(repository, 'dist/').length)));
  if (!isStale() || !sources.some(source => needsBundle(source.slice(repository.length)))) return;
  console.log('building the widget, which a chosen test needs');
  await run('npx', ['vite', 'build', '--logLevel', 'warn'], { cwd: repository, within: 240_000 });
}

/** Of a test file, named from the repository's root as all files here. */
export function needsBundle(file: string): boolean {
  return [...closureOf(file)].some(source => READS_BUNDLE.test(textOf(source)));
}

/** The file itself and all files of the repository that it loads. */
export function closureOf(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file) || !existsSync(join(repository, file))) return found;
  found.add(file);
  for (const { to, isPackage, typesOnly } of importsIn(file, textOf(file))) {
    if (!isPackage && !typesOnly) closureOf(to, found);
  }
  return found;
}

function textOf(file: string): string {
  return readFileSync(join(repository, file), 'utf8');
}

function isStale(): boolean {
  const bundle = statSync(join(repository, 'dist', 'public', 'sip-call.js'), { throwIfNoEntry: false });
  return !bundle || SOURCES.flatMap(filesIn).some(file => statSync(file).mtimeMs > bundle.mtimeMs);
}

function filesIn(place: string): readonly string[] {
  const path = join(repository, place);
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).map(name => join(path, name));
}
