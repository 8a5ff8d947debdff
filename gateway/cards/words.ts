// The fixed words of a card, in its languages.

export interface CardWords {
  readonly call: string;
  readonly write: string;
  readonly telephone: string;
  readonly save: string;
  readonly scan: string;
  readonly signature: string;
  readonly signatureHow: string;
  /** On the preview picture of a shared link. */
  readonly invitation: string;
  readonly lead: string;
}

const words = {
  en: {
    call: 'Call',
    write: 'Write',
    telephone: 'Telephone',
    save: 'Save contact',
    scan: 'Scan to call from your phone',
    signature: 'Signature for e-mail',
    signatureHow: 'Select it, copy it, and paste it into the signature of your mail program.',
    invitation: 'Call from your browser. Free, no app.',
    lead: 'One address to write to and to call. Press Call, allow the microphone, and talk: free, from this page.',
  },
  ru: {
    call: 'Позвонить',
    write: 'Написать',
    telephone: 'Телефон',
    save: 'Сохранить контакт',
    scan: 'Наведите камеру, чтобы позвонить с телефона',
    signature: 'Подпись для писем',
    signatureHow: 'Выделите её, скопируйте и вставьте в подпись своей почтовой программы.',
    invitation: 'Звонок из браузера. Бесплатно, без приложений.',
    lead: 'Один адрес, чтобы написать и чтобы позвонить. Нажмите «Позвонить», разрешите микрофон и говорите: бесплатно, прямо отсюда.',
  },
} as const satisfies Record<string, CardWords>;

export type CardLanguage = keyof typeof words;

export function cardWords(language: CardLanguage): CardWords {
  return words[language];
}

/** More than any browser sends. */
const MOST_LANGUAGES = 20;

/** The first supported language of an Accept-Language header; English if there is none. */
export function cardLanguage(acceptLanguage: string): CardLanguage {
  for (const tag of acceptLanguage.split(',', MOST_LANGUAGES)) {
    const primary = tag.trim().toLowerCase().split(/[-;]/, 1)[0] ?? '';
    if (Object.hasOwn(words, primary)) return primary as CardLanguage;
  }
  return 'en';
}
