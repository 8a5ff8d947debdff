// Whom somebody meant to call, as a log may show it: a stranger's bytes fill no disk, and what people put into
// passwords, parameters and headers of an address is no business of a log.

/** Characters that are shown. */
const SHOWN = 200;

export function redactUri(uri: string): string {
  const address = uri.slice(0, 2 * SHOWN).split(/[;?&]/, 1)[0] ?? '';
  return address.replace(/^((?:sips?:|(?!sips?:))[^:@]*):[^@]*@/i, '$1@').slice(0, SHOWN);
}
