// Where in a configuration something is wrong, as people count: places of lists from 1, and persons by their names.

/** `sites.2.callable.3 (Anna Petrova).phone`; `written` is what the file holds. */
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

/** What an entry of a list is known by, unless that itself is wrong. */
function nameOf(entry: unknown, wrong: PropertyKey | undefined): string | undefined {
  if (!isObject(entry)) return undefined;
  const known = ['name', 'user'].find(key => key !== wrong && isWord(entry[key]));
  return known && String(entry[known]);
}

function isWord(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^[^\0-\x1f]{1,60}$/.test(value));
}

function isObject(value: unknown): value is Readonly<Record<PropertyKey, unknown>> {
  return typeof value === 'object' && value !== null;
}
