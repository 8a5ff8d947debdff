// Replaces a language's words with the page's own: only words that the language has, and only of the same type.
import type { OwnWords } from './page-settings.ts';

type Tree = Readonly<Record<string, unknown>>;

/** `own` may contain words for every language, and under `language` words that override those. */
export function overlay<T extends object>(words: T, own: OwnWords | undefined, language: string): T {
  const tree: unknown = own;
  if (!isTree(tree)) return words;
  return merge(merge(words as Tree, tree), tree[language]) as T;
}

function merge(words: Tree, own: unknown): Tree {
  if (!isTree(own)) return words;
  return Object.fromEntries(
    Object.entries(words).map(([name, word]) => {
      const given = Object.hasOwn(own, name) ? own[name] : undefined;
      if (isTree(word)) return [name, merge(word, given)];
      return [name, typeof given === typeof word ? given : word];
    }),
  );
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null;
}
