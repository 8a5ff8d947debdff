// Takes a page's settings, at the start or later: says in the console what is wrong with them, and brings the rest to
// the elements that are there. Fetched only where a page has settings.
import type { Words } from '../locales/words.ts';
import type { SipCallSettings } from './page-settings.ts';
import { type Kinds, settingsFaults } from './settings-faults.ts';
import { overlay } from './word-overrides.ts';

const themes = ['light', 'dark', 'auto'];

/**
 * @param settings those in force; changed in place
 * @param elements on the page now
 * @param spoken the languages fetched so far
 * @param properties the element's own
 */
export async function configure(
  fresh: SipCallSettings,
  settings: SipCallSettings,
  elements: Iterable<object>,
  loadedWords: Map<string, Words>,
  firstWords: Readonly<Record<string, object>>,
  properties: Readonly<Record<string, 'text' | 'flag'>>,
): Promise<void> {
  const { words } = await import('../locales/en.ts');
  const kinds: Kinds = {
    ...Object.fromEntries(
      Object.entries(properties).map(([name, kind]) => [name, kind === 'flag' ? 'boolean' : 'string']),
    ),
    lang: 'string',
    theme: themes,
  };
  const vocabulary = { ...words, ...firstWords.en };
  for (const fault of settingsFaults(fresh, kinds, Object.keys(firstWords), vocabulary)) {
    console.error(`sipCall: ${fault}.`);
  }
  const before = { ...settings } as Record<string, unknown>;
  Object.assign(settings, fresh);
  for (const [language, said] of loadedWords)
    loadedWords.set(language, overlay(said, settings.words, language));
  for (const element of elements as Iterable<Record<string, unknown> & { requestUpdate(): void }>) {
    for (const [name, value] of Object.entries(fresh)) {
      // What an element says for itself stays.
      if (name in element && (!element[name] || element[name] === before[name])) element[name] = value;
    }
    element.requestUpdate();
  }
}
