// Limits the size of values in a log line, because a peer may send headers of 64 kB. Also escapes characters that a
// terminal or a line-based tool would act on, as JSON escapes.

const MOST_CHARACTERS = 2_048;
const MOST_ITEMS = 100;
const MOST_DEPTH = 5;
/** DEL and C1 controls, the line and paragraph separators, and all bidirectional controls (Unicode's Bidi_Control). */
const ACTING = /[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A copy of the fields with limited texts, lists and depth. */
export function boundedFields(fields: object): Record<string, unknown> {
  const kept = Object.entries(fields).slice(0, MOST_ITEMS);
  return Object.fromEntries(kept.map(([key, value]) => [key, bounded(value, 1)]));
}

export function boundedText(text: string, most = MOST_CHARACTERS): string {
  return text.length <= most ? text : `${text.slice(0, most)}... (${text.length} characters)`;
}

/** A line of JSON with these characters escaped. They can only occur within strings. */
export function escapedLine(json: string): string {
  return json.replace(ACTING, one => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function bounded(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return boundedText(value);
  // The serializer of errors writes it.
  if (typeof value !== 'object' || value === null || value instanceof Error) return value;
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if ('toJSON' in value && typeof value.toJSON === 'function') return bounded(value.toJSON(), depth);
  if (depth >= MOST_DEPTH) return '...';
  if (Array.isArray(value)) {
    const kept = value.slice(0, MOST_ITEMS).map(item => bounded(item, depth + 1));
    return value.length > MOST_ITEMS ? [...kept, `... (${value.length} items)`] : kept;
  }
  const kept = Object.entries(value).slice(0, MOST_ITEMS);
  return Object.fromEntries(kept.map(([key, item]) => [boundedText(key), bounded(item, depth + 1)]));
}
