// RFC 3261 25.1 allows any control character except CR and LF in a quoted string after a backslash, NUL included (RFC
// 4475 3.1.1.2). Such a message is valid and must be read, but the character must not reach the code after the parser.
// So it is accepted and replaced.

import { CONTROL } from './grammar.ts';

/** The replacement for a character that may be written but should not be repeated (Unicode 23.8). */
const REPLACEMENT = '\ufffd';

/**
 * The value with every quoted control character replaced. Undefined if a control character is anywhere else. HTAB is
 * allowed here, and line folds must already be removed.
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
