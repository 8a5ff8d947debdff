// Writes the kit into a folder and does not overwrite files that were changed by hand: those whose sum differs from
// SHA256SUMS, which has the sums of the last run. Writes either all files or none.

import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigError } from '../config/load.ts';
import type { KitFile } from './kit.ts';

const SUMS = 'SHA256SUMS';

export interface Written {
  /** Paths of new and changed files, relative to the folder. */
  readonly written: readonly string[];
  readonly unchanged: number;
  /** Files of an earlier kit, which stay. */
  readonly obsolete: readonly string[];
}

/**
 * `force` also overwrites files that were changed by hand, and keeps each as FILE.old.
 * @throws {ConfigError} when a file was changed by hand or cannot be written
 */
export function writeKit(files: readonly KitFile[], folder: string, force: boolean): Written {
  try {
    return write(files, folder, force);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new ConfigError([`--out ${folder}: ${path ?? folder} cannot be written: ${code}`]);
  }
}

function write(files: readonly KitFile[], folder: string, force: boolean): Written {
  const known = readSums(join(folder, SUMS));
  const changed: string[] = [];
  const toWrite: KitFile[] = [];
  for (const file of files) {
    const present = readIfExists(join(folder, file.path));
    if (present === file.text) continue;
    if (present !== undefined && known.get(file.path) !== sumOf(present)) changed.push(file.path);
    toWrite.push(file);
  }
  if (changed.length > 0 && !force) {
    throw new ConfigError([
      `nothing was written: these files in ${folder} were changed by hand`,
      ...changed.map(path => `  ${path}`),
      'write into another folder with --out, or overwrite them with --force, which keeps each as FILE.old',
    ]);
  }
  for (const path of changed) copyFileSync(join(folder, path), join(folder, `${path}.old`));
  for (const { path, text } of toWrite) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  mkdirSync(folder, { recursive: true });
  const paths = new Set(files.map(({ path }) => path));
  writeFileSync(join(folder, SUMS), files.map(({ path, text }) => `${sumOf(text)}  ${path}\n`).join(''));
  return {
    written: toWrite.map(({ path }) => path),
    unchanged: files.length - toWrite.length,
    obsolete: [...known.keys()].filter(path => !paths.has(path) && existsSync(join(folder, path))),
  };
}

/** In the format of `sha256sum -c`. */
function readSums(path: string): Map<string, string> {
  const lines = (readIfExists(path) ?? '').split('\n');
  return new Map(
    lines.flatMap(line => {
      const [, sum, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
      return sum && name ? [[name, sum] as const] : [];
    }),
  );
}

function readIfExists(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  // Anything but a regular file counts as changed by hand.
  return statSync(path).isFile() ? readFileSync(path, 'utf8') : '';
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
