// Describes what is wrong with a page's settings and attributes, for its owner. Pure; never throws, whatever its input is.
import { isTree } from './word-overrides.ts';

/** What is wrong with the attributes of an element that cannot call. `isAddress` is the widget's parser. */
export function attributeFault(
  { to, gateway }: { readonly to: string | null; readonly gateway: string | null },
  isAddress: (text: string | null) => unknown,
): string {
  return isAddress(to)
    ? `gateway="${gateway ?? ''}" is not a URL; write it like gateway="https://calls.mysite.ru"`
    : `to="${to ?? ''}" is not an address; write it like to="director@mysite.ru"`;
}

/** The values of a setting: one of these words, or any value of that type. */
export type Kinds = Readonly<Record<string, 'string' | 'boolean' | readonly string[]>>;

/** `vocabulary` is a complete language: the page's own words must have its structure. */
export function settingsFaults(
  given: unknown,
  kinds: Kinds,
  languages: readonly string[],
  vocabulary: object,
): string[] {
  if (!isTree(given)) return ['the settings must be an object, such as { theme: "dark" }'];
  return Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (name === 'words') return wordsFaults('words', value, vocabulary, languages);
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    const names = [...Object.keys(kinds), 'words'];
    if (!kind) return [`there is no setting "${name}"${suggestion(name, names)}`];
    if (typeof kind === 'string') {
      return typeof value === kind ? [] : [`${name} must be a ${kind}, not ${describe(value)}`];
    }
    return kind.includes(value as string)
      ? []
      : [`${name} must be one of ${kind.join(', ')}, not ${describe(value)}`];
  });
}

function wordsFaults(path: string, given: unknown, shape: object, languages: readonly string[]): string[] {
  if (!isTree(given)) return [`${path} must be an object, not ${describe(given)}`];
  return Object.entries(given).flatMap(([name, value]) => {
    const here = `${path}.${name}`;
    if (languages.includes(name)) return wordsFaults(here, value, shape, []);
    if (!Object.hasOwn(shape, name)) return [`there is no ${here}${suggestion(name, Object.keys(shape))}`];
    const word = (shape as Record<string, unknown>)[name];
    if (isTree(word)) return wordsFaults(here, value, word, []);
    return typeof value === typeof word ? [] : [`${here} must be a ${typeof word}, not ${describe(value)}`];
  });
}

/** The name that differs only in capitals or hyphens, else all names. */
function suggestion(name: string, names: readonly string[]): string {
  const near = names.find(other => other.toLowerCase() === name.toLowerCase().replace(/[-_]/g, ''));
  return near ? `; did you mean "${near}"?` : `; there are ${names.join(', ')}`;
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : isTree(value) ? 'an object' : String(value);
}
