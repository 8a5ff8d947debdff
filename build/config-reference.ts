// The tables of docs/configuration.md, from the annotated JSON Schema of the configuration file.

import { stringify } from 'yaml';
import type { JsonSchema } from '../gateway/config/json-schema.ts';

interface Section {
  readonly path: string;
  readonly schema: JsonSchema;
  readonly reload: boolean;
}

/** A section for each object, breadth first, so that a shared object is described at its shortest path. */
export function configurationTables(root: JsonSchema): string {
  const lines: string[] = [];
  const described = new Map<string, string>();
  const queue: Section[] = [{ path: '', schema: root, reload: false }];
  for (const section of queue) {
    const { path, schema } = section;
    lines.push('', path === '' ? '## All keys' : `### \`${path}\``, '');
    if (path !== '' && schema.description) lines.push(schema.description, '');
    lines.push('| key | meaning | value | default | reload |', '| --- | --- | --- | --- | --- |');
    for (const [name, key] of keysOf(schema)) {
      const reload = key.reload ?? section.reload;
      const inner = innerObject(key);
      const innerPath = `${path}${path && '.'}${name}${isList(key) ? '[]' : ''}`;
      const known = inner && described.get(JSON.stringify(inner.properties));
      if (inner && known === undefined) {
        described.set(JSON.stringify(inner.properties), innerPath);
        queue.push({ path: innerPath, schema: { ...inner, description: key.description ?? '' }, reload });
      }
      const link = inner ? ` See [\`${known ?? innerPath}\`](#${anchor(known ?? innerPath)}).` : '';
      const required = schema.required?.includes(name) ? 'required' : defaultOf(key);
      const cells = [
        `\`${name}\``,
        `${key.description}${link}`,
        describeValue(key),
        required,
        reload ? 'yes' : 'no',
      ];
      lines.push(`| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Every key of the schema with its path, objects included. */
export function allKeys(schema: JsonSchema, path = ''): (readonly [path: string, key: JsonSchema])[] {
  return keysOf(schema).flatMap(([name, key]) => {
    const own = `${path}${path && '.'}${name}`;
    const inner = innerObject(key);
    return [[own, key] as const, ...(inner ? allKeys(inner, own) : [])];
  });
}

function keysOf({ properties = {}, additionalProperties }: JsonSchema): [string, JsonSchema][] {
  const further: [string, JsonSchema][] =
    typeof additionalProperties === 'object'
      ? [[additionalProperties.title ?? '', additionalProperties]]
      : [];
  return [...Object.entries(properties), ...further];
}

/** The object that a value is, may be, or is a list of. */
function innerObject(schema: JsonSchema): JsonSchema | undefined {
  if (schema.properties) return schema;
  const parts = [...(schema.anyOf ?? []), ...[schema.items ?? []].flat()];
  return parts.map(innerObject).find(found => found !== undefined);
}

/** A list of objects, and not one object or a list of them. */
function isList(schema: JsonSchema): boolean {
  return schema.items !== undefined && !Array.isArray(schema.items);
}

/** The anchor that GitHub gives a heading. */
function anchor(heading: string): string {
  return heading.toLowerCase().replace(/[^a-z0-9-]/g, '');
}

function describeValue(schema: JsonSchema): string {
  const examples = (schema.examples ?? []).map(inYaml).join(' or ');
  return `${schema.form ?? typeOf(schema)}${examples && `, such as ${examples}`}`;
}

function typeOf(schema: JsonSchema): string {
  const { type, unit } = schema;
  if (schema.enum) return schema.enum.map(inYaml).join(', ');
  if (type === 'integer' || type === 'number') {
    const noun = unit ? `number of ${unit}` : type === 'integer' ? 'whole number' : 'number';
    return `${noun}${rangeOf(schema)}`;
  }
  if (type === 'boolean') return '`true` or `false`';
  if (innerObject(schema)) return isList(schema) ? 'list' : 'object';
  return type === 'array' ? 'list' : 'text';
}

function rangeOf({ type, minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  const least = minimum ?? (exclusiveMinimum === 0 && type === 'integer' ? 1 : undefined);
  if (least !== undefined && maximum !== undefined) return `, ${least} to ${maximum}`;
  if (least !== undefined) return `, at least ${least}`;
  return `${exclusiveMinimum === undefined ? '' : `, more than ${exclusiveMinimum}`}${maximum === undefined ? '' : `, at most ${maximum}`}`;
}

function defaultOf({ default: value, defaultText }: JsonSchema): string {
  if (defaultText !== undefined) return defaultText;
  return value === undefined || inYaml(value) === '`{}`' ? '' : inYaml(value);
}

function inYaml(value: unknown): string {
  return `\`${stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()}\``;
}
