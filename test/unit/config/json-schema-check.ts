// A validator for the keywords that the published JSON Schema uses. It refuses a schema with any other keyword.

import { isDeepStrictEqual } from 'node:util';
import type { JsonSchema } from '../../../gateway/config/json-schema.ts';

const keywords = new Set(
  `$schema title description default examples type enum const anyOf properties required additionalProperties items
  additionalItems minItems maxItems minLength maxLength pattern minimum maximum exclusiveMinimum`.split(
    /\s+/,
  ),
);

/** Paths at which the value breaks the schema. */
export function violations(schema: JsonSchema, value: unknown, path = ''): string[] {
  const unknown = Object.keys(schema).filter(keyword => !keywords.has(keyword));
  if (unknown.length > 0) throw new Error(`${path}: unknown keywords ${unknown}`);
  const wrong = [
    schema.type !== undefined && ![schema.type].flat().some(type => isOfType(type, value)),
    schema.enum !== undefined && !schema.enum.some(one => isDeepStrictEqual(one, value)),
    schema.const !== undefined && !isDeepStrictEqual(schema.const, value),
    schema.anyOf !== undefined && !schema.anyOf.some(one => violations(one, value, path).length === 0),
    typeof value === 'string' && !new RegExp(schema.pattern ?? '').test(value),
    typeof value === 'string' && !isWithin(value.length, schema.minLength, schema.maxLength),
    typeof value === 'number' && !isWithin(value, schema.minimum, schema.maximum),
    typeof value === 'number' && value <= (schema.exclusiveMinimum ?? Number.NEGATIVE_INFINITY),
    Array.isArray(value) && !isWithin(value.length, schema.minItems, schema.maxItems),
  ];
  return [...(wrong.some(Boolean) ? [path || 'the file'] : []), ...inner(schema, value, path)];
}

function inner(schema: JsonSchema, value: unknown, path: string): string[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return value.flatMap((one, index) => {
      const own = Array.isArray(items) ? items[index] : items;
      return own ? violations(own, one, `${path}.${index + 1}`) : [];
    });
  }
  if (!isObject(value)) return [];
  const missing = (schema.required ?? []).filter(name => !Object.hasOwn(value, name));
  return [
    ...missing.map(name => `${path}.${name}`),
    ...Object.entries(value).flatMap(([name, one]) => {
      const own = schema.properties?.[name] ?? schema.additionalProperties ?? true;
      if (own === false) return [`${path}.${name}`];
      return own === true ? [] : violations(own, one, `${path}.${name}`);
    }),
  ];
}

function isWithin(size: number, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY): boolean {
  return size >= least && size <= most;
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
