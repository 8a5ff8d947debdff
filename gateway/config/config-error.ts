// The problems of a configuration, or of a file or address that it names, and the path of each as the administrator reads
// it: entries of lists count from 1, people have their name.

/** One line of text for each problem. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Such as `sites.2.callable.3 (Anna Petrova).phone`; `written` is the content of the file. */
export function errorPath(path: readonly PropertyKey[], written: unknown): string {
  let value = written;
  const parts: string[] = [];
  for (const [index, key] of path.entries()) {
    value = isObject(value) ? value[key] : undefined;
    const name = typeof key === 'number' ? nameOf(value, path[index + 1]) : undefined;
    parts.push(`${typeof key === 'number' ? key + 1 : String(key)}${name ? ` (${name})` : ''}`);
  }
  return parts.join('.');
}

/** The name or user of an entry of a list, unless that key is the wrong one. */
function nameOf(entry: unknown, wrong: PropertyKey | undefined): string | undefined {
  if (!isObject(entry)) return undefined;
  const key = ['name', 'user'].find(one => one !== wrong && isName(entry[one]));
  return key && String(entry[key]);
}

function isName(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^[^\0-\x1f]{1,60}$/.test(value));
}

function isObject(value: unknown): value is Readonly<Record<PropertyKey, unknown>> {
  return typeof value === 'object' && value !== null;
}
