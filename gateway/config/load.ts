// Reads YAML text into one frozen Config, or reports all its problems, each with its line.

import { dirname, resolve } from 'node:path';
import { type Document, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { ConfigError, errorPath } from './config-error.ts';
import { type Config, type ConfigInput, schema } from './schema.ts';

export { ConfigError } from './config-error.ts';

/**
 * Reads a configuration from YAML text. `file` is its name in errors.
 * @throws {ConfigError} naming each wrong key, its value, its line and what was expected
 */
export function parseConfig(text: string, file: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map(error => {
        const { line, col } = lines.linePos(error.pos[0]);
        return `${file}:${line}:${col}: not valid YAML: ${error.message}`;
      }),
    );
  }
  const value = expand(document, file);
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return freeze(withAbsolutePhotos(dirname(file), result.data));

  const located = result.error.issues
    .flatMap(issue => explain(issue))
    .map(problem => {
      // A missing key has the line of its parent.
      const line = lineIn(document, lines, problem.path) ?? 1;
      return {
        line,
        text: `${file}:${line}: ${errorPath(problem.path, value) || 'the file'}: ${problem.message}`,
      };
    });
  throw new ConfigError(located.sort((a, b) => a.line - b.line).map(problem => problem.text));
}

/** The line of a key such as `address.2.bind`, or of the section that lacks it; undefined when the section is absent too. */
export function lineOf(text: string, key: string): number | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const path = key.split('.').map(part => (/^\d+$/.test(part) ? Number(part) - 1 : part));
  return lineIn(document, lines, path);
}

/** The line of the deepest node of `path` that exists. */
function lineIn(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    const range = (node as { range?: [number, number, number] } | undefined)?.range;
    if (range) return lines.linePos(range[0]).line;
  }
  return undefined;
}

/** At most 20 aliases are expanded: a few lines of nested aliases can stand for gigabytes. */
function expand(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 20 }) ?? {};
  } catch (error) {
    throw new ConfigError([`${file}: ${error instanceof Error ? error.message : error}`]);
  }
}

/** A configuration from the flags of the command line. */
export function configFrom(input: ConfigInput): Config {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return freeze(result.data);
  throw new ConfigError(
    result.error.issues
      .flatMap(issue => explain(issue))
      .map(({ path, message }) => `${errorPath(path, input)}: ${message}`),
  );
}

/** Paths of photographs are relative to the file, not to the working directory. */
function withAbsolutePhotos(folder: string, config: Config): Config {
  for (const { callable } of config.sites) {
    for (const person of callable) {
      if (person.photo && !person.photo.startsWith('https://')) person.photo = resolve(folder, person.photo);
    }
  }
  return config;
}

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function explain(issue: z.core.$ZodIssue): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => ({ path: [...issue.path, key], message: 'no such key' }));
  }
  if (issue.input === undefined) return [{ path: issue.path, message: 'missing' }];
  if (secretKeys.has(issue.path.at(-1) ?? '')) return [{ path: issue.path, message: issue.message }];
  return [{ path: issue.path, message: `${issue.message}, got ${shown(issue.input)}` }];
}

/** Keys with secrets in their values: no error shows these values. */
const secretKeys: ReadonlySet<PropertyKey> = new Set(['secret', 'publicKey', 'token', 'tokens', 'admin']);

function shown(value: unknown): string {
  const text = JSON.stringify(value, (key, inner) => (secretKeys.has(key) ? '…' : inner)) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) freeze(child);
  }
  return value;
}
