// The parts of one element that are loaded with the visitor's intent, and the words of its language: the card, the
// availability, the code of a call. The files are fetched in parallel and cached by the browser.
import type { AvailabilityWatch } from '../availability/availability.ts';
import { newTask } from '../base/reactive.ts';
import type { CallCard, CardHost } from '../card/call-card.ts';
import { soundSource } from '../devices/sound.ts';
import { type Language, pickLanguage } from '../locales/first-words.ts';
import type { Words } from '../locales/words.ts';
import { handset } from './call-button.ts';
import type { CallTarget } from './call-target.ts';
import type { CallParts, ElementCall } from './element-call.ts';
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

/** Rejects when a file cannot be fetched, as all functions here; another call fetches again. */
async function loadWords(language: Language): Promise<Words> {
  const { words } = await vocabularies[language]();
  const own = settings.words;
  const merged = own ? (await import('../page.ts')).overlay(words, own, language) : words;
  loadedWords.set(language, merged);
  return merged;
}

/** The code that shows the availability, with its words. */
async function loadAvailability(language: Language) {
  const [availability] = await Promise.all([import('../availability/availability.ts'), loadWords(language)]);
  return availability;
}

/** The card and the availability read their element through this object. */
export class LazyParts {
  readonly #host: CardHost;
  readonly call: ElementCall;
  readonly target: CallTarget;
  /** Path data, which the button contains already. */
  readonly handset = handset;
  readonly soundSource = soundSource;
  /** The visitor has shown intent. */
  requested = false;
  card: CallCard | undefined;
  availability: AvailabilityWatch | undefined;

  constructor(host: CardHost, call: ElementCall, target: CallTarget) {
    this.#host = host;
    this.call = call;
    this.target = target;
  }

  get language(): Language {
    const own = this.#host.closest<HTMLElement>('[lang]')?.lang;
    return pickLanguage([own, document.documentElement.lang, ...navigator.languages]);
  }

  /** Until the language is loaded, the one before it is used. */
  get words(): Words {
    return (loadedWords.get(this.language) ?? [...loadedWords.values()].at(-1))!;
  }

  readonly loadWords = () => loadWords(this.language);

  /** What a call needs. */
  async prepare(): Promise<CallParts> {
    this.requested = true;
    const [availability, { CallCard }, conversation] = await Promise.all([
      loadAvailability(this.language),
      import('../card/call-card.ts'),
      import('../call/conversation.ts'),
    ]);
    await newTask();
    const { call, target } = this;
    const watch = this.#watchAvailability(availability);
    watch.onIntent();
    const phones =
      call.parts?.phones ??
      new conversation.PreparedPhone(this.#host, () => (call.pageIsBusy ? undefined : target.request));
    this.card ??= new CallCard(this.#host, this, watch);
    call.parts = { ...conversation, phones };
    this.#host.requestUpdate();
    return call.parts;
  }

  /** Does nothing when the code cannot be loaded. */
  showAvailability(): void {
    loadAvailability(this.language).then(
      availability => this.#watchAvailability(availability),
      () => {},
    );
  }

  #watchAvailability({ AvailabilityWatch }: Awaited<ReturnType<typeof loadAvailability>>) {
    this.availability ??= new AvailabilityWatch(this.#host, this);
    return this.availability;
  }
}
