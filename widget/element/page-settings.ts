// The settings that a page gives once for all its elements, before the script or later: `window.sipCall`. Only what the
// first drawing of a button needs; the rest is in configure.ts.
import type { FirstWords, Language } from '../locales/first-words.ts';
import type { Words } from '../locales/words.ts';

type DeepPartial<T> = T extends (...given: never[]) => unknown ? T : { [K in keyof T]?: DeepPartial<T[K]> };

/** Any of the widget's words, in the structure of `locales/words.ts`. */
export type OwnWords = DeepPartial<Words & FirstWords>;

/** Values of the attributes that an element does not have itself, and words that replace the widget's. */
export interface SipCallSettings {
  /** The gateway's http(s) or ws(s) URL. */
  gateway?: string;
  /** The URL at which the page's own server gives tokens for calls. */
  tokenUrl?: string;
  to?: string;
  theme?: 'light' | 'dark' | 'auto';
  /** A BCP 47 tag, such as `ru` or `pt-BR`. */
  lang?: string;
  video?: boolean;
  showAvailability?: boolean;
  shape?: 'inline' | 'floating' | 'card' | 'page' | 'custom' | 'none';
  name?: string;
  job?: string;
  photo?: string;
  listen?: boolean;
  /** For every language, or under a language's tag for that one. */
  words?: OwnWords & { [language in Language]?: OwnWords };
}

declare global {
  var sipCall: SipCallSettings | undefined;
}

export const settings: SipCallSettings = { ...globalThis.sipCall };

/** Applies the page's settings to `element`, except where the element has a value itself. */
export function applySettings(element: object): void {
  const own = element as Record<string, unknown>;
  for (const name in settings) if (name in own) own[name] ||= settings[name as keyof SipCallSettings];
}
