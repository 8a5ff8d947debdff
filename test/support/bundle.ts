// The source files that a test file loads, by its imports, and the bundle of the widget: it is built for unit tests only
// when a chosen test reads it and it is missing or older than its sources.

import { readdirSync, readFileSync, statSync } from 'node:fs';
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
  const names = files.map(file =>
    sourceOf(file.slice(join(repository, 'dist/').length)).slice(repository.length),
  );
  if (!isStale() || !names.some(needsBundle)) return;
  console.log('building the widget, which a chosen test needs');
  await run('npx', ['vite', 'build', '--logLevel', 'warn'], { cwd: repository, within: 240_000 });
}

/** Of a test file, named from the repository's root as all files here. */
export function needsBundle(file: string): boolean {
  return [...closureOf(file)].some(source => READS_BUNDLE.test(sourceAt(source)?.text ?? ''));
}

/** The file itself and all files of the repository that it loads. */
export function closureOf(file: string, found = new Set<string>()): ReadonlySet<string> {
  const source = found.has(file) ? undefined : sourceAt(file);
  if (!source) return found;
  found.add(file);
  for (const loaded of source.loads) closureOf(loaded, found);
  return found;
}

interface Source {
  readonly mtimeMs: number;
  readonly text: string;
  readonly loads: readonly string[];
}

const sources = new Map<string, Source>();

/** Undefined where there is no such file; read again only after a change. */
function sourceAt(file: string): Source | undefined {
  const path = join(repository, file);
  const mtimeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  const known = sources.get(file);
  if (mtimeMs === undefined) return undefined;
  if (known?.mtimeMs === mtimeMs) return known;
  const text = readFileSync(path, 'utf8');
  const loads = importsIn(file, text)
    .filter(({ isPackage, typesOnly }) => !(isPackage || typesOnly))
    .map(({ to }) => to);
  const source = { mtimeMs, text, loads };
  sources.set(file, source);
  return source;
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
