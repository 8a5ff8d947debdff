// Which changes a reload takes: those of keys whose `reload` in the schema is true. All other settings are bound at the
// start: ports, threads, the engine. A key without a statement needs a restart.

import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from './config-error.ts';
import { annotatedSchema, type JsonSchema } from './json-schema.ts';
import type { Config } from './schema.ts';

/** @throws {ConfigError} naming every changed key that needs a restart */
export function assertReplaceable(running: Config, next: Config): void {
  const paths = changes('', running, next, annotatedSchema(), false);
  // A server of HTTP does not become one of HTTPS.
  if ((running.tls === undefined) !== (next.tls === undefined)) paths.push('tls');
  if (paths.length === 0) return;
  throw new ConfigError(paths.map(path => `${path}: cannot change while the gateway runs; restart it`));
}

/** Paths of the settings that differ and need a restart; a list is one setting. */
function changes(
  path: string,
  one: unknown,
  other: unknown,
  schema: JsonSchema | undefined,
  inherited: boolean,
): string[] {
  if (isDeepStrictEqual(one, other)) return [];
  const reload = schema?.reload ?? inherited;
  if (!isSection(one) || !isSection(other)) return reload ? [] : [path];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap(key =>
    changes(path ? `${path}.${key}` : key, one[key], other[key], propertyOf(schema, key), reload),
  );
}

function propertyOf(schema: JsonSchema | undefined, key: string): JsonSchema | undefined {
  const shapes = schema?.anyOf ?? [schema];
  return shapes.map(shape => shape?.properties?.[key]).find(found => found !== undefined);
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
