// Reads the configuration file of --config.

import { readFileSync } from 'node:fs';
import { ConfigError, lineOf, parseConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';

/** @throws {ConfigError} when the file cannot be read or is wrong */
export function readConfigFile(path: string): Config {
  return parseConfig(readText(path), path);
}

/** A ConfigError from after the reading, with the line of each key that the file has. */
export function withLines(error: unknown, path: string): unknown {
  if (!(error instanceof ConfigError)) return error;
  const text = readText(path);
  return new ConfigError(
    error.problems.map(problem => {
      const line = lineOf(text, problem.split(': ', 1)[0] ?? '');
      return `${path}:${line === undefined ? '' : `${line}:`} ${problem}`;
    }),
  );
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError([`${path}: cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}`]);
  }
}
