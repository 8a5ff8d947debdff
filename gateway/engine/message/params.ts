// `*( ";" name [ "=" value ] )` (RFC 3261 25.1 generic-param), shared by addresses and Via.
// Values stay as written, quotes included, so that writing them back changes nothing.

import { endOfQuoted, isToken, isWhitespace, skipWhitespace } from './grammar.ts';

/** Parameters of `text` from `from` to its end; names lower case, '' for those without a value. */
export function parseParams(text: string, from: number): Map<string, string> | undefined {
  const params = new Map<string, string>();
  let at = skipWhitespace(text, from);
  while (at < text.length) {
    if (text.charCodeAt(at) !== 0x3b) return undefined;
    const nameStart = skipWhitespace(text, at + 1);
    let nameEnd = nameStart;
    while (nameEnd < text.length && !endsName(text.charCodeAt(nameEnd))) nameEnd++;
    const name = text.slice(nameStart, nameEnd).toLowerCase();
    if (!isToken(name)) return undefined;
    at = skipWhitespace(text, nameEnd);
    let value = '';
    if (text.charCodeAt(at) === 0x3d) {
      const valueStart = skipWhitespace(text, at + 1);
      const valueEnd = endOfValue(text, valueStart);
      if (valueEnd <= valueStart) return undefined;
      value = text.slice(valueStart, valueEnd);
      at = skipWhitespace(text, valueEnd);
    }
    if (params.has(name)) return undefined;
    params.set(name, value);
  }
  return params;
}

export function formatParams(params: ReadonlyMap<string, string>): string {
  let text = '';
  for (const [name, value] of params) text += value === '' ? `;${name}` : `;${name}=${value}`;
  return text;
}

function endsName(code: number): boolean {
  return code === 0x3b || code === 0x3d || isWhitespace(code);
}

function endOfValue(text: string, start: number): number {
  if (text.charCodeAt(start) === 0x22) return endOfQuoted(text, start);
  let end = start;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code === 0x3b || code === 0x22 || isWhitespace(code)) break;
    end++;
  }
  return end;
}
