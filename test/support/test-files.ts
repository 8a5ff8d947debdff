// The test files that words choose, and a run of some of them, each in a process of its own, with its events.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';
import { repository, sourceOf } from './repository.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const exitWatch = new URL('exit-watch.js', import.meta.url).href;

export type TestEvent = ReturnType<typeof run> extends AsyncIterable<infer Event> ? Event : never;

/** `call` means the folder, not unit/call; any part of a name will do when no name begins so. */
export function filesFor(words: readonly string[]): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.(?:test|story)\.js$/.test(name))
    .filter((name, _index, names) => words.length === 0 || words.some(word => chooses(word, name, names)))
    .filter(name => existsSync(sourceOf(`test/${name}`))) // tsc leaves what was compiled from deleted files.
    .map(name => join(root, name))
    .sort();
}

function chooses(word: string, name: string, names: readonly string[]): boolean {
  return names.some(other => other.startsWith(word)) ? name.startsWith(word) : name.includes(word);
}

export function isStory(file: string): boolean {
  return file.endsWith('.story.js');
}

/** A test under test/unit that needs no real parts. */
export function isUnit(file: string): boolean {
  return nameOf(file).startsWith('unit/') && !isStory(file);
}

/** How a file, compiled or not, is named on the command line: `unit/config/load`. */
export function nameOf(file: string): string {
  return file
    .slice(repository.length)
    .replace(/^(?:dist\/)?test\//, '')
    .replace(/\.(?:test|story)\.[jt]s$/, '');
}

/** Milliseconds for one file. */
export function timeoutOf(file: string): number {
  return isStory(file) ? 900_000 : 600_000;
}

/** Runs files, `concurrency` at a time. */
export async function* runFiles(files: readonly string[], concurrency: number): AsyncGenerator<TestEvent> {
  if (files.length === 0) return;
  // Each file's process is given the arguments of this one.
  if (!process.execArgv.includes(exitWatch)) process.execArgv.push('--import', exitWatch);
  const timeout = Math.max(...files.map(timeoutOf));
  const running = new Map<string, string>();
  for await (const event of run({ files: [...files], concurrency, timeout }) as AsyncIterable<TestEvent>) {
    const { name, file = '', line } = event.data as { name?: string; file?: string; line?: number };
    const place = `${nameOf(file)}:${line} ${name}`;
    if (event.type === 'test:dequeue' && name !== undefined && name !== file) running.set(place, file);
    if (event.type === 'test:complete') running.delete(place);
    yield event;
    // A file that is ended by the time-out is named by node; the tests that it was in are not. They may stand in
    // files that it imports.
    if (event.type === 'test:fail' && name === file) {
      const others = new Set(files.map(nameOf).filter(other => other !== nameOf(file)));
      for (const [place, of] of running)
        if (!others.has(nameOf(of))) yield diagnostic(`was running: ${place}`);
    }
  }
}

function diagnostic(message: string): TestEvent {
  return { type: 'test:diagnostic', data: { nesting: 0, message } } as TestEvent;
}
