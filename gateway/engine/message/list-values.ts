// Takes apart header values joined by commas (RFC 3261 7.3.1), leaving alone the commas inside
// quoted strings and angle brackets.

import { endOfQuoted, trimBlanks } from './grammar.ts';

/**
 * The values, trimmed; undefined when a quote or bracket never closes. Empty elements stay, as ''. Of more than `most`
 * it returns one more, and leaves the rest unread.
 */
export function splitList(text: string, most = Number.POSITIVE_INFINITY): string[] | undefined {
  const values: string[] = [];
  const mayHideCommas = text.includes('"') || text.includes('<');
  let start = 0;
  for (;;) {
    const comma = mayHideCommas ? nextComma(text, start) : text.indexOf(',', start);
    if (comma === undefined) return undefined;
    values.push(trimBlanks(text, start, comma === -1 ? text.length : comma));
    if (comma === -1 || values.length > most) return values;
    start = comma + 1;
  }
}

/** The next comma that separates, -1 when none follows; undefined when a quote or bracket never closes. */
function nextComma(text: string, from: number): number | undefined {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x2c) return at;
    if (code === 0x22) {
      at = endOfQuoted(text, at);
      if (at === -1) return undefined;
    } else if (code === 0x3c) {
      at = text.indexOf('>', at) + 1;
      if (at === 0) return undefined;
    } else at++;
  }
  return -1;
}
