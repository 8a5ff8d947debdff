// Redacts a SIP address for the log: no password, no parameters, no headers, at most 200 characters. A caller may have
// put anything into them.

/** Characters that are kept. */
const SHOWN = 200;

export function redactUri(uri: string): string {
  const address = uri.slice(0, 2 * SHOWN).split(/[;?&]/, 1)[0] ?? '';
  return address.replace(/^((?:sips?:|(?!sips?:))[^:@]*):[^@]*@/i, '$1@').slice(0, SHOWN);
}
