// The configuration file of --config.

import { readFileSync } from 'node:fs';
import { ConfigError, parseConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';

/** @throws {ConfigError} when it cannot be read or is wrong */
export function readConfigFile(path: string): Config {
  return parseConfig(readText(path), path);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError([`${path}: cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}`]);
  }
}
