// Applies a page's settings, at the start or later: reports faults in the console and applies the rest to the connected
// elements. Reports wrong attributes too. Loaded only when a page has settings or a wrong attribute.
import type { Words } from '../locales/words.ts';
import type { SipCallSettings } from './page-settings.ts';
import { attributeFault, type Kinds, settingsFaults } from './settings-faults.ts';
import { overlay } from './word-overrides.ts';

const themes = ['light', 'dark', 'auto'];

/**
 * @param settings the current settings; changed in place
 * @param elements connected now
 * @param loadedWords the languages loaded so far
 * @param properties of the element
 */
export async function configure(
  fresh: SipCallSettings,
  settings: SipCallSettings,
  elements: Iterable<object>,
  loadedWords: Map<string, Words>,
  firstWords: Readonly<Record<string, object>>,
  properties: Readonly<Record<string, 'text' | 'flag'>>,
): Promise<void> {
  const { words: english } = await import('../locales/en.ts');
  const kinds: Kinds = {
    ...Object.fromEntries(
      Object.entries(properties).map(([name, kind]) => [name, kind === 'flag' ? 'boolean' : 'string']),
    ),
    lang: 'string',
    theme: themes,
  };
  const vocabulary = { ...english, ...firstWords.en };
  for (const fault of settingsFaults(fresh, kinds, Object.keys(firstWords), vocabulary)) {
    console.error(`sipCall: ${fault}.`);
  }
  const before = { ...settings } as Record<string, unknown>;
  Object.assign(settings, fresh);
  for (const [language, words] of loadedWords)
    loadedWords.set(language, overlay(words, settings.words, language));
  for (const element of elements as Iterable<Record<string, unknown> & { requestUpdate(): void }>) {
    for (const [name, value] of Object.entries(fresh)) {
      // The element's own value stays.
      if (name in element && (!element[name] || element[name] === before[name])) element[name] = value;
    }
    element.requestUpdate();
  }
}

/** An element cannot call with its attributes. */
export function reportAttributeFault(...attributes: Parameters<typeof attributeFault>): void {
  console.error(`<sip-call>: ${attributeFault(...attributes)}.`);
}
