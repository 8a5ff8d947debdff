// What is wrong with the settings of a page, in words for its owner. Pure; never throws, whatever it is given.
import { isTree } from './word-overrides.ts';

/** What a setting may be: one of these words, or anything of that type. */
export type Kinds = Readonly<Record<string, 'string' | 'boolean' | readonly string[]>>;

/** `vocabulary` is a language with all its words, by whose shape the page's own are judged. */
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
    if (!kind) return [`there is no setting "${name}"${meant(name, names)}`];
    if (typeof kind === 'string') {
      return typeof value === kind ? [] : [`${name} must be a ${kind}, not ${shown(value)}`];
    }
    return kind.includes(value as string)
      ? []
      : [`${name} must be one of ${kind.join(', ')}, not ${shown(value)}`];
  });
}

function wordsFaults(path: string, given: unknown, shape: object, languages: readonly string[]): string[] {
  if (!isTree(given)) return [`${path} must be an object, not ${shown(given)}`];
  return Object.entries(given).flatMap(([name, value]) => {
    const here = `${path}.${name}`;
    if (languages.includes(name)) return wordsFaults(here, value, shape, []);
    if (!Object.hasOwn(shape, name)) return [`there is no ${here}${meant(name, Object.keys(shape))}`];
    const word = (shape as Record<string, unknown>)[name];
    if (isTree(word)) return wordsFaults(here, value, word, []);
    return typeof value === typeof word ? [] : [`${here} must be a ${typeof word}, not ${shown(value)}`];
  });
}

/** The name that differs in capitals only, else all of them. */
function meant(name: string, names: readonly string[]): string {
  const near = names.find(other => other.toLowerCase() === name.toLowerCase().replace(/[-_]/g, ''));
  return near ? `; did you mean "${near}"?` : `; there are ${names.join(', ')}`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : isTree(value) ? 'an object' : String(value);
}
