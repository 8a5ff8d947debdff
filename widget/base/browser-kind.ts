// Which browser's words to use when telling a visitor where its question and its switches are. Only words lean on
// it, never what the widget can do, so that a wrong guess costs a sentence.

/** `ios` and `android` whatever the browser is called there: the switches are in the same place in all. */
export type BrowserKind = 'chromium' | 'firefox' | 'safari' | 'android' | 'ios';

export function browserKind({
  userAgent,
  maxTouchPoints,
}: Pick<Navigator, 'userAgent' | 'maxTouchPoints'> = navigator): BrowserKind {
  if (/android/i.test(userAgent)) return 'android';
  // An iPad says that it is a Mac; no Mac has a touch screen.
  if (/iphone|ipad|ipod/i.test(userAgent) || (/macintosh/i.test(userAgent) && maxTouchPoints > 1))
    return 'ios';
  if (/firefox\//i.test(userAgent)) return 'firefox';
  return /chrom(?:e|ium)\//i.test(userAgent)
    ? 'chromium'
    : /safari\//i.test(userAgent)
      ? 'safari'
      : 'chromium';
}
