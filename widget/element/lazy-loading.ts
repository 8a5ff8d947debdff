// Loads what follows a visitor's intent: the card, the code of a call, and the words. The files are fetched in parallel and
// cached by the browser.

import { newTask } from '../base/reactive.ts';
import type { Language } from '../locales/first-words.ts';
import type { Words } from '../locales/words.ts';
import { settings } from './page-settings.ts';

const vocabularies: Record<Language, () => Promise<{ words: Words }>> = {
  ar: () => import('../locales/ar.ts'),
  de: () => import('../locales/de.ts'),
  en: () => import('../locales/en.ts'),
  es: () => import('../locales/es.ts'),
  fr: () => import('../locales/fr.ts'),
  it: () => import('../locales/it.ts'),
  pl: () => import('../locales/pl.ts'),
  pt: () => import('../locales/pt.ts'),
  ru: () => import('../locales/ru.ts'),
  tr: () => import('../locales/tr.ts'),
  zh: () => import('../locales/zh.ts'),
};

/** The languages loaded so far. */
export const loadedWords = new Map<Language, Words>();

/** Rejects when a file cannot be fetched; another call fetches again. */
export async function loadWords(language: Language): Promise<Words> {
  const { words } = await vocabularies[language]();
  const own = settings.words;
  const merged = own ? (await import('../page.ts')).overlay(words, own, language) : words;
  loadedWords.set(language, merged);
  return merged;
}

/** The code that shows the availability, with its words. */
export async function loadAvailability(language: Language) {
  const [availability] = await Promise.all([import('../availability/availability.ts'), loadWords(language)]);
  return availability;
}

export type LazyParts = Awaited<ReturnType<typeof loadParts>>;

/** Rejects when any file cannot be fetched; another call fetches again. */
export async function loadParts(language: Language) {
  const [card, conversation, phone, availability, words] = await Promise.all([
    import('../card/call-card.ts'),
    import('../call/conversation.ts'),
    import('../call/prepared-phone.ts'),
    import('../availability/availability.ts'),
    loadWords(language),
  ]);
  await newTask();
  return { ...card, ...conversation, ...phone, ...availability, words };
}
