// The JSON Schema (draft 7) of the configuration file, from the schema of zod: what a file may contain, with
// descriptions, defaults and examples. It is looser than validation where a rule needs code.

import { z } from 'zod';
import { factsOf } from './key.ts';
import { schema } from './schema.ts';

/** The keywords that zod writes for this configuration. */
export interface JsonSchema {
  $schema?: string;
  title?: string;
  description?: string;
  default?: unknown;
  examples?: readonly unknown[];
  type?: string | readonly string[];
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: readonly string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema | JsonSchema[];
  additionalItems?: boolean;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  /** The facts below are removed from the published schema. */
  form?: string;
  unit?: string;
  defaultText?: string;
  reload?: boolean;
}

/** The schema with the facts of key.ts as further keywords, for the reference. */
export function annotatedSchema(): JsonSchema {
  return toJson(schema);
}

/** The published schema: the description contains `form`, `unit`, `defaultText` and whether a change needs a restart. */
export function publishedSchema(): JsonSchema {
  const published = publish(toJson(schema), false);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration of sip-call',
    ...published,
  };
}

function toJson(type: z.core.$ZodType): JsonSchema {
  const json = z.toJSONSchema(type, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // zod writes the bounds of safe integers.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      const { written, ...facts } = factsOf(zodSchema);
      if (written) {
        for (const name of Object.keys(jsonSchema)) delete jsonSchema[name];
        Object.assign(jsonSchema, toJson(written));
      }
      // zod drops examples and defaults of a schema that transforms its input.
      Object.assign(jsonSchema, facts);
    },
  }) as JsonSchema;
  const { $schema: _, ...rest } = json;
  return rest;
}

function publish(annotated: JsonSchema, inherited: boolean): JsonSchema {
  const { form, unit, defaultText, reload = inherited, ...json } = annotated;
  const facts = [
    json.description,
    form && `Form: ${form}.`,
    unit && `Unit: ${unit}.`,
    defaultText && `Default: ${defaultText}.`,
    reload ? undefined : 'A change needs a restart.',
  ].filter(text => text !== undefined);
  const each = (one: JsonSchema) => publish(one, reload);
  const { properties, anyOf, items, additionalProperties } = json;
  return {
    ...json,
    ...(json.description && { description: facts.join(' ') }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, each(one)])),
    }),
    ...(anyOf && { anyOf: anyOf.map(each) }),
    ...(items && { items: Array.isArray(items) ? items.map(each) : each(items) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: each(additionalProperties) }),
  };
}
