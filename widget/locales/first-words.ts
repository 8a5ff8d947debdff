// The few words needed before anything but the entry is loaded, in every language: the button, and what
// to say when the rest cannot be loaded. Kept short: each byte here is paid by every visitor.

export interface FirstWords {
  call: string;
  /** Opens the panel before the call. */
  soundCheck: string;
  unavailable: string;
}

export const firstWords = {
  en: { call: 'Call', soundCheck: 'Check your sound', unavailable: 'Calls are not available right now.' },
  ru: { call: 'Позвонить', soundCheck: 'Проверить звук', unavailable: 'Сейчас позвонить нельзя.' },
} satisfies Record<string, FirstWords>;

export type Language = keyof typeof firstWords;

/** The first of the wished languages that is spoken here, by its primary subtag; English when none is. */
export function pickLanguage(wished: Iterable<string | null | undefined>): Language {
  for (const tag of wished) {
    const primary = tag?.toLowerCase().split('-')[0];
    if (primary && Object.hasOwn(firstWords, primary)) return primary as Language;
  }
  return 'en';
}
