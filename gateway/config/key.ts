// What the schema says of a key besides its type. The reference (docs/configuration.md), the JSON Schema and the reload
// rule read these facts; validation does not.

import type { z } from 'zod';

export interface KeyFacts {
  /** How a value is written where its JSON type does not say it, such as `ADDRESS:PORT`. */
  readonly form?: string;
  /** What a number counts. */
  readonly unit?: 'seconds' | 'minutes' | 'days' | 'bits';
  readonly examples?: readonly unknown[];
  /** For a default that the schema sets in a transform. */
  readonly default?: unknown;
  /** For a default that depends on other keys or on the machine. */
  readonly defaultText?: string;
  /** Whether a reload takes a change. Without it, the value of the section that contains the key; at the top, false. */
  readonly reload?: boolean;
  /** The accepted input, for a schema that reads its input in a transform. */
  readonly written?: z.ZodType;
  /** The name of the row in the reference, for keys that the file names, such as days. */
  readonly title?: string;
}

/** The last call in the definition of a key: a wrapper such as `optional()` loses the facts of what it wraps. */
export function key<T extends z.ZodType>(schema: T, description: string, facts: KeyFacts = {}): T {
  return schema.meta({ description, ...facts });
}

/** The facts of a schema; none for one that is not the value of a key. */
export function factsOf(schema: z.core.$ZodType): KeyFacts & { readonly description?: string } {
  return (schema as z.ZodType).meta() ?? {};
}
