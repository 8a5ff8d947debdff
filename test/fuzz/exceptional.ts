// Exceptional elements, by the classes of the PROTOS suite: nothing, one character very often, repeated separators,
// format strings, invalid UTF-8, terminal escapes, integers, addresses, versions, URIs and line ends. Strings are
// latin1: one character is one byte.

import type { Random } from './random.ts';

/** What fits into a datagram, and powers of ten below it. */
const LENGTHS = [10, 100, 1_000, 10_000, 60_000];
const SEPARATORS = [...'()<>[]{}@,;:\\"/?= \t.%&*~-_'];
const PAIRS = ['<>', '::', '""', '\\"', ';;', '%00', '\r\n ', ' \t', 'sip:', '[::]', ';a=b', ',<sip:a@b>'];
const FORMATS = ['%s', '%n', '%x', '%.4097d', '%.65534s', '%99999999999s', '%08x.', '%p%n'];
const UTF8 = [
  '\xc0\xaf',
  '\xe0\x80\xaf',
  '\xf0\x80\x80\xaf',
  '\xf8\x80\x80\x80\xaf',
  '\xfc\x80\x80\x80\x80\xaf',
  '\xed\xa0\x80',
  '\xed\xa0\xbd\xed\xb8\x80',
  '\x80',
  '\xfe\xff',
  '\xef\xbb\xbf',
  '\xe2\x80\xa8',
  '\xc2\x85',
  '\xf4\x90\x80\x80',
  '\xc1\x81',
];
const ESCAPES = ['\x1b[2J', '\x1b]0;title\x07', '\x1b[31m', '\x08\x08\x08', '\x07'];
const INTEGERS = [
  '-1',
  '0',
  '00',
  '255',
  '256',
  '65535',
  '65536',
  '2147483647',
  '2147483648',
  '4294967295',
  '4294967296',
  '18446744073709551616',
  '-2147483649',
  '1e9',
  '0x7fffffff',
  '1.5',
  '+1',
  ' 1',
];
const ADDRESSES = [
  '0.0.0.0',
  '255.255.255.255',
  '999.999.999.999',
  '1.2.3',
  '1.2.3.4.5',
  '0x7f.1',
  '2130706433',
  '[::]',
  '[::1',
  '::1]',
  '[::ffff:127.0.0.1]',
  '[fe80::1%25lo]',
  'localhost',
  '.',
];
const VERSIONS = [
  'SIP/2.1',
  'SIP/0.0',
  'SIP/999999999.0',
  'SIP/-1.0',
  'SIP2.0',
  'HTTP/1.1',
  'sip/2.0',
  'SIP/2.0.0',
];
const URIS = [
  'sip:',
  'sip:@',
  'sip:a@b@c',
  'sips:a@b',
  'tel:+1',
  'http://a/',
  'sip:a@b?',
  'sip:%00@b',
  'sip:a@b;;;',
  '*',
];
const LINES = [
  '\r\n',
  '\r',
  '\n',
  '\r\n\r\n',
  '\r\nVia: SIP/2.0/UDP a',
  '\0',
  '\r\n\tfolded',
  '\r\nContent-Length: 9',
];

const classes: readonly ((random: Random) => string)[] = [
  () => '',
  random => random.pick(['a', 'A', '0', '\0', '\xff']).repeat(random.pick(LENGTHS)),
  random => random.pick(SEPARATORS).repeat(random.pick(LENGTHS)),
  random => repeated(random, PAIRS),
  random => random.pick(FORMATS).repeat(1 + random.below(64)),
  random => repeated(random, UTF8),
  random => random.pick(ESCAPES).repeat(1 + random.below(100)),
  random => random.pick(INTEGERS),
  random => `${random.pick(['', '-', '0'])}${'9'.repeat(random.pick(LENGTHS))}`,
  random => random.pick(ADDRESSES),
  random => random.pick(VERSIONS),
  random => random.pick(URIS),
  random => random.pick(LINES).repeat(random.pick([1, 1, 2, 1_000])),
  random => `a${random.pick(SEPARATORS).repeat(random.pick(LENGTHS))}b`,
];

/** Each round has another class; the seed chooses within the class. At most 60,000 bytes, or slightly more. */
export function exceptional(round: number, random: Random): string {
  return classes[round % classes.length]!(random).slice(0, 60_100);
}

function repeated(random: Random, pieces: readonly string[]): string {
  const piece = random.pick(pieces);
  return piece.repeat(Math.ceil(random.pick([1, 1, ...LENGTHS]) / piece.length));
}
