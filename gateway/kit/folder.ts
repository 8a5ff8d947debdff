// Writes a kit into a folder, and leaves what was changed there by hand. SHA256SUMS holds what was written last:
// a file with another sum was changed by hand. Either all files are written, or none.

import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigError } from '../config/load.ts';
import type { KitFile } from './kit.ts';

const SUMS = 'SHA256SUMS';

export interface Written {
  /** Paths below the folder that are new or other than before. */
  readonly written: readonly string[];
  readonly unchanged: number;
  /** Of an earlier kit; left where they are. */
  readonly obsolete: readonly string[];
}

/**
 * `force` overwrites changed files too, and leaves the changed one beside, as FILE.old.
 * @throws {ConfigError} when something stands in the way
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
    const there = readIfThere(join(folder, file.path));
    if (there === file.text) continue;
    if (there !== undefined && known.get(file.path) !== sumOf(there)) changed.push(file.path);
    toWrite.push(file);
  }
  if (changed.length > 0 && !force) {
    throw new ConfigError([
      `nothing was written: these files in ${folder} are not as sip-call wrote them`,
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

/** The form of sha256sum, which checks it with -c. */
function readSums(path: string): Map<string, string> {
  const lines = (readIfThere(path) ?? '').split('\n');
  return new Map(
    lines.flatMap(line => {
      const [, sum, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
      return sum && name ? [[name, sum] as const] : [];
    }),
  );
}

function readIfThere(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  // What is no file is in the way, whatever is in it.
  return statSync(path).isFile() ? readFileSync(path, 'utf8') : '';
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
