// Guesses the browser, to show where its permission question and its settings are. Only texts depend on it, never
// features, so that a wrong guess costs one sentence.

/** `ios` and `android` for every browser there: the settings are in the same place. */
export type BrowserKind = 'chromium' | 'firefox' | 'safari' | 'android' | 'ios';

export function browserKind({
  userAgent,
  maxTouchPoints,
}: Pick<Navigator, 'userAgent' | 'maxTouchPoints'> = navigator): BrowserKind {
  if (/android/i.test(userAgent)) return 'android';
  // An iPad claims to be a Mac; no Mac has a touch screen.
  if (/iphone|ipad|ipod/i.test(userAgent) || (/macintosh/i.test(userAgent) && maxTouchPoints > 1))
    return 'ios';
  if (/firefox\//i.test(userAgent)) return 'firefox';
  return /chrom(?:e|ium)\//i.test(userAgent)
    ? 'chromium'
    : /safari\//i.test(userAgent)
      ? 'safari'
      : 'chromium';
}
