// Texts on which some regular expressions take more than linear time, and headers that no peer should send. A
// parser that backtracks hangs on them; a linear parser reads them in a millisecond.

/**
 * A status line of which `^SIP\/(\d+\.\d+)\s+(\d+)\s*(.*)\s*$` takes cubic time: blanks, and a line
 * terminator that SIP does not treat as one.
 */
export function hangingReason(blanks: number): string {
  return `200${' '.repeat(blanks)}a\u2028x`;
}

/** A Content-Type of which `.*;\s*boundary="?(.*?)"?$` takes quadratic time. */
export function hangingContentType(bytes: number): string {
  return `multipart/mixed;${'a;'.repeat(bytes / 2)}`;
}

const many = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i));

/** Lines of a response; one entry per response. */
export const hostileHeaders: readonly (readonly string[])[] = [
  [`Content-Type: ${hangingContentType(30_000)}`],
  [`X-Long: ${'a'.repeat(40_000)}`],
  [`Subject: ${' '.repeat(20_000)}\u2028x`],
  many(2_000, index => `X-${index}: ${index}`),
  many(500, () => 'Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx'),
  many(200, index => `Record-Route: <sip:192.0.2.${index % 250};lr>`),
  ['Reason: SIP;cause=200;text="\u2028\u0000\u001b[2J%s%n"'],
  [`WWW-Authenticate: Digest ${'realm="a",'.repeat(3_000)}`],
  ['Session-Expires: 1;refresher=uac', 'Min-SE: 4294967296', 'Require: timer,100rel,x'],
  ['Retry-After: 99999999999999999999', 'Expires: -1', 'Content-Length: 0'],
  [`Warning: ${'399 a "b",'.repeat(3_000)}`],
  ['{"level":"error","msg":"forged"}: x', 'X-Forged: \r{"level":"fatal","msg":"forged"}\r'],
  [`P-Asserted-Identity: ${'<'.repeat(20_000)}`],
  [`Allow: ${','.repeat(30_000)}`, `Supported: ${' ,'.repeat(10_000)}`],
];

export const hostileReasons: readonly string[] = [
  hangingReason(1_500),
  hangingReason(15_000),
  '200 ',
  `486 ${'a'.repeat(50_000)}`,
  `180${' '.repeat(1_500)}a\u2028x`,
  '183 %s%s%n\u0000\u001b[2J',
  '480 {"level":"fatal","msg":"forged"}\u2028{}',
  '603 \u202eenilced\ufeff',
  '999 ',
  '302 Moved',
];

export const hostileContacts: readonly string[] = [
  '<sip:pbx@10.0.0.1:5060>',
  '<sip:pbx@127.0.0.1:22>',
  '<sip:pbx@[::ffff:127.0.0.1]:22>',
  '<sip:pbx@localhost.invalid>',
  '<sips:pbx@192.0.2.1;transport=ws>',
  '<tel:+14165551212>',
  '<sip:pbx@192.0.2.1:99999>',
  `<sip:${'a'.repeat(30_000)}@192.0.2.1>`,
  `"${'\\"'.repeat(10_000)}" <sip:a@192.0.2.1>`,
  '<sip:a@192.0.2.1?Route=%3Csip:127.0.0.1%3E>',
  '*',
  '',
  `<sip:a@192.0.2.1${';a=b'.repeat(5_000)}>`,
  '<sip:a@224.0.0.1>',
];
