// The few words that are needed before anything but the entry is loaded, in every language: the button, and a text when
// loading fails. Keep them short: every visitor loads them.

export interface FirstWords {
  call: string;
  /** Opens the sound check. */
  soundCheck: string;
  unavailable: string;
}

export const firstWords = {
  ar: { call: 'اتصل', soundCheck: 'جرّب الصوت', unavailable: 'لا يمكن الاتصال الآن.' },
  de: { call: 'Anrufen', soundCheck: 'Ton prüfen', unavailable: 'Anrufe sind gerade nicht möglich.' },
  en: { call: 'Call', soundCheck: 'Check your sound', unavailable: 'Calls are not available right now.' },
  es: { call: 'Llamar', soundCheck: 'Probar el sonido', unavailable: 'Ahora no se puede llamar.' },
  fr: {
    call: 'Appeler',
    soundCheck: 'Tester le son',
    unavailable: 'Les appels sont impossibles pour le moment.',
  },
  it: { call: 'Chiama', soundCheck: 'Prova l’audio', unavailable: 'Ora non è possibile chiamare.' },
  pl: { call: 'Zadzwoń', soundCheck: 'Sprawdź dźwięk', unavailable: 'Teraz nie można zadzwonić.' },
  pt: { call: 'Ligar', soundCheck: 'Testar o som', unavailable: 'Agora não é possível ligar.' },
  ru: { call: 'Позвонить', soundCheck: 'Проверить звук', unavailable: 'Сейчас позвонить нельзя.' },
  tr: { call: 'Ara', soundCheck: 'Sesi dene', unavailable: 'Şu anda arama yapılamıyor.' },
  zh: { call: '呼叫', soundCheck: '测试声音', unavailable: '现在无法呼叫。' },
} satisfies Record<string, FirstWords>;

export type Language = keyof typeof firstWords;

/** The first of the preferred languages that the widget has, by its primary subtag; English when there is none. */
export function pickLanguage(wished: Iterable<string | null | undefined>): Language {
  for (const tag of wished) {
    const primary = tag?.toLowerCase().split('-')[0];
    if (primary && Object.hasOwn(firstWords, primary)) return primary as Language;
  }
  return 'en';
}
