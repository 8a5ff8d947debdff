// Content-Type (RFC 3261 20.15, RFC 2045 5.1): the type of a body, and its parameters. Lenient: malformed parameters
// are lost, the type is not.

import { isToken, skipWhitespace, trimBlanks, unquote } from './grammar.ts';
import { parseParams } from './params.ts';

export interface ContentType {
  /** `application/sdp`, in lower case. */
  readonly type: string;
  /** Names in lower case, values without quotes. */
  readonly params: ReadonlyMap<string, string>;
}

const NONE: ReadonlyMap<string, string> = new Map();

/** Undefined if there is no type. Linear in `value`. */
export function parseContentType(value: string): ContentType | undefined {
  const semicolon = value.indexOf(';');
  const typeEnd = semicolon === -1 ? value.length : semicolon;
  const [type = '', subtype = '', ...more] = value
    .slice(0, typeEnd)
    .split('/')
    .map(part => trimBlanks(part).toLowerCase());
  if (!isToken(type) || !isToken(subtype) || more.length > 0) return undefined;
  return { type: `${type}/${subtype}`, params: paramsFrom(value, typeEnd) };
}

function paramsFrom(value: string, from: number): ReadonlyMap<string, string> {
  if (skipWhitespace(value, from) === value.length) return NONE;
  const params = parseParams(value, from);
  if (params === undefined) return NONE;
  return new Map([...params].map(([name, text]) => [name, unquote(text)]));
}
