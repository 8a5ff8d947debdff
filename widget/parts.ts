// What a visitor's intent brings: the card, what every call needs, and the words, fetched side by side in files that the
// browser keeps.
import type { Language } from './locales/first-words.ts';
import type { Words } from './locales/words.ts';
import { settings } from './page-settings.ts';
import { later } from './reactive.ts';

const vocabularies: Record<Language, () => Promise<{ words: Words }>> = {
  ar: () => import('./locales/ar.ts'),
  de: () => import('./locales/de.ts'),
  en: () => import('./locales/en.ts'),
  es: () => import('./locales/es.ts'),
  fr: () => import('./locales/fr.ts'),
  it: () => import('./locales/it.ts'),
  pl: () => import('./locales/pl.ts'),
  pt: () => import('./locales/pt.ts'),
  ru: () => import('./locales/ru.ts'),
  tr: () => import('./locales/tr.ts'),
  zh: () => import('./locales/zh.ts'),
};

/** The languages fetched so far. */
export const spoken = new Map<Language, Words>();

/** Rejects when they cannot be had; asking again fetches again. */
export async function loadWords(language: Language): Promise<Words> {
  const { words } = await vocabularies[language]();
  const own = settings.words;
  const said = own ? (await import('./page.ts')).overlay(words, own, language) : words;
  spoken.set(language, said);
  return said;
}

/** What tells how things stand, with the words for it. */
export async function loadStanding(language: Language) {
  const [standing] = await Promise.all([import('./standing.ts'), loadWords(language)]);
  return standing;
}

export type Parts = Awaited<ReturnType<typeof loadParts>>;

/** Rejects when any of them cannot be had; asking again fetches again. */
export async function loadParts(language: Language) {
  const [card, conversation, phone, standing, words] = await Promise.all([
    import('./call-card.ts'),
    import('./conversation.ts'),
    import('./ready-phone.ts'),
    import('./standing.ts'),
    loadWords(language),
  ]);
  await later();
  return { ...card, ...conversation, ...phone, ...standing, words };
}
