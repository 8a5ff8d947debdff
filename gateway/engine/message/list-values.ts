// Splits header values at commas (RFC 3261 7.3.1), except for commas inside quoted strings and angle brackets.

import { endOfQuoted, trimBlanks } from './grammar.ts';

/**
 * The values, trimmed. Undefined if a quote or bracket has no end. Empty elements stay as ''. If there are more than
 * `most`, returns one more than that and does not read the rest.
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

/** The next comma that separates values, -1 if there is none. Undefined if a quote or bracket has no end. */
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
