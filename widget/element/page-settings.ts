// What a page says once for all its elements, before the script or later: `window.sipCall`. Here only what the first
// sight of a button needs; configure.ts does the rest.
import type { FirstWords, Language } from '../locales/first-words.ts';
import type { Words } from '../locales/words.ts';

type Partly<T> = T extends (...given: never[]) => unknown ? T : { [K in keyof T]?: Partly<T[K]> };

/** Any of the widget's words, of the shape that `locales/words.ts` gives them. */
export type OwnWords = Partly<Words & FirstWords>;

/** Attributes that each element has unless it says otherwise itself, and words in place of the widget's. */
export interface SipCallSettings {
  /** The gateway's http(s) or ws(s) URL. */
  gateway?: string;
  /** Where the page's own server gives tokens for calls. */
  tokens?: string;
  to?: string;
  theme?: 'light' | 'dark' | 'auto';
  /** A BCP 47 tag, such as `ru` or `pt-BR`. */
  lang?: string;
  video?: boolean;
  status?: boolean;
  shape?: 'inline' | 'floating' | 'card' | 'page' | 'bare' | 'none';
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

/** Gives `element` what the page said for all, where it says nothing itself. */
export function settle(element: object): void {
  const own = element as Record<string, unknown>;
  for (const name in settings) if (name in own) own[name] ||= settings[name as keyof SipCallSettings];
}
