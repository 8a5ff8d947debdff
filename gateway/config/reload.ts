// What of a configuration may be replaced while the gateway runs. All else is bound when it starts: ports, threads,
// the engine. A key that is not named here needs a start, so that a new one is never half taken over.

import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from './load.ts';
import type { Config } from './schema.ts';

const replaceable = [
  'url',
  'tls',
  'dns.allow',
  'turn',
  'tokens.lifetimeSeconds',
  'tokens.proofOfWork',
  'limits',
  'sites',
];
/**
 * The engine's Timer B and the media workers' patience are set when these start, and so is how many connections are
 * held; who is here was counted by the bits.
 */
const bound = [
  'limits.responseSeconds',
  'limits.silenceSeconds',
  'limits.addressBits',
  'limits.connections',
  'limits.connectionsPerAddress',
];

/** @throws {ConfigError} naming every key whose change a running gateway cannot follow */
export function assertReplaceable(running: Config, next: Config): void {
  const paths = changes('', running, next).filter(path => isIn(bound, path) || !isIn(replaceable, path));
  if ((running.tls === undefined) !== (next.tls === undefined)) paths.push('tls');
  if (paths.length === 0) return;
  throw new ConfigError(paths.map(path => `${path}: cannot change while the gateway runs; restart it`));
}

function isIn(settings: readonly string[], path: string): boolean {
  return settings.some(key => path === key || path.startsWith(`${key}.`));
}

/** Paths of the settings that differ; a list is one setting. */
function changes(path: string, one: unknown, other: unknown): string[] {
  if (isDeepStrictEqual(one, other)) return [];
  if (!isSection(one) || !isSection(other)) return [path];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap(key => changes(path ? `${path}.${key}` : key, one[key], other[key]));
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
