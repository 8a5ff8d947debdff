// Takes apart header values joined by commas (RFC 3261 7.3.1), leaving alone the commas inside
// quoted strings and angle brackets.

import { endOfQuoted, trimBlanks } from './grammar.ts';

/** The values, trimmed; undefined when a quote or bracket never closes. Empty elements stay, as ''. */
export function splitList(text: string): string[] | undefined {
  const values: string[] = [];
  let start = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = endOfQuoted(text, at);
      if (at === -1) return undefined;
    } else if (code === 0x3c) {
      at = text.indexOf('>', at) + 1;
      if (at === 0) return undefined;
    } else {
      if (code === 0x2c) {
        values.push(trimBlanks(text.slice(start, at)));
        start = at + 1;
      }
      at++;
    }
  }
  values.push(trimBlanks(text.slice(start)));
  return values;
}
