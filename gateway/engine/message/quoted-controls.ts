// RFC 3261 25.1 lets a quoted string hold any control character but CR and LF after a backslash, NUL too
// (RFC 4475 3.1.1.2). Such a message is sound and must be read; nobody behind the parser should ever meet
// the character. So it is taken, and replaced.

import { CONTROL } from './grammar.ts';

/** What stands for a character that may be written but had better not be repeated (Unicode 23.8). */
const REPLACEMENT = '\ufffd';

/**
 * The value with every quoted control character replaced; undefined when one stands anywhere else. HTAB is
 * no control character here, and the line breaks of folds must be gone.
 */
export function replaceQuotedControls(value: string): string | undefined {
  let replaced = '';
  let kept = 0;
  let quoted = false;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === 0x22) quoted = !quoted;
    else if (code === 0x5c && quoted) {
      const next = value.charAt(at + 1);
      if (next === '\r' || next === '\n') return undefined;
      if (CONTROL.test(next)) {
        replaced += value.slice(kept, at) + REPLACEMENT;
        kept = at + 2;
      }
      at++;
    } else if (CONTROL.test(value.charAt(at))) return undefined;
  }
  return replaced + value.slice(kept);
}
