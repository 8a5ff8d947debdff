// Breaks messages in the way of networks, bugs and people: bits, lines, separators, lengths and quotes.

import type { Random } from './random.ts';

/** Fragments that often break parsers, first those that end a line or open a quote or bracket. */
const morsels = [
  '\r\n',
  '\r',
  '\n',
  '\r\n ',
  '\r\n\t',
  '\r\n\r\n',
  '\0',
  '\x0b',
  '\x7f',
  ' ',
  '\t',
  '"',
  '\\',
  '\\"',
  '<',
  '>',
  '<>',
  ',',
  ';',
  ';;',
  ':',
  '=',
  '@',
  '?',
  '&',
  '%',
  '%00',
  '%0d%0a',
  '%2540',
  '[',
  ']',
  '[::1]',
  ':::1.2.3.4',
  '|',
  "'",
  'sip:',
  'sips:',
  'tel:',
  'SIP/2.0',
  'SIP/3.0',
  ' SIP/2.0',
  'z9hG4bK',
  ';branch=z9hG4bK',
  ';tag=',
  ';tag',
  ';lr',
  ';maddr=127.0.0.1',
  ';rport',
  ';received=1.1.1.1',
  ';expires=4294967296',
  'INVITE',
  'ACK',
  'CANCEL',
  'BYE',
  '*',
  'Content-Length: 0',
  'l: 5',
  'Content-Length: -1',
  'l : 1e3',
  'Via: SIP/2.0/UDP h',
  'v:',
  'Require: x',
  'To: ',
  'f:',
  'Contact: *',
  'Contact: "',
  'Max-Forwards: 0',
  'CSeq: 4294967296 INVITE',
  'Supported: 100rel',
  'X-A: b',
  'X\x0b: y',
  '4294967296',
  '-1',
  '00',
  '2147483648',
  'д',
  '\u00a0',
  '\u2028',
  '\ufeff',
  '\ud83d\ude00',
  '\xff',
].map(text => (text === '\xff' ? Buffer.from([0xff]) : Buffer.from(text))); // prettier-ignore

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

const mutations: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const changed = Buffer.from(bytes);
    const at = random.below(bytes.length);
    changed[at] = changed[at]! ^ (1 << random.below(8));
    return changed;
  },
  function insertMorsel(bytes, random) {
    return splice(bytes, random.below(bytes.length + 1), 0, random.pick(morsels));
  },
  function overwriteByMorsel(bytes, random) {
    const morsel = random.pick(morsels);
    return splice(bytes, random.below(bytes.length), morsel.length, morsel);
  },
  function drop(bytes, random) {
    return splice(bytes, random.below(bytes.length), 1 + random.below(12), nothing);
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length + 1));
  },
  function repeat(bytes, random) {
    const from = random.below(bytes.length);
    const piece = bytes.subarray(from, from + 1 + random.below(24));
    const times = random.oneIn(20) ? Math.floor(50_000 / piece.length) : 1 + random.below(8);
    return splice(bytes, from, 0, Buffer.concat(Array.from({ length: times }, () => piece)));
  },
  function repeatMorsel(bytes, random) {
    const morsel = random.pick(morsels);
    const times = random.oneIn(20) ? Math.floor(50_000 / morsel.length) : 1 + random.below(8);
    return splice(
      bytes,
      random.below(bytes.length),
      0,
      Buffer.concat(Array.from({ length: times }, () => morsel)),
    );
  },
  function doubleLine(bytes, random) {
    const [from, to] = line(bytes, random);
    const [at] = line(bytes, random);
    return splice(bytes, at, 0, bytes.subarray(from, to));
  },
  function dropLine(bytes, random) {
    const [from, to] = line(bytes, random);
    return splice(bytes, from, to - from, nothing);
  },
  function foreignLine(bytes, random, other) {
    const [from, to] = line(other, random);
    const [at] = line(bytes, random);
    return splice(bytes, at, 0, other.subarray(from, to));
  },
  function changeNumber(bytes, random) {
    const digits = [...bytes.toString('latin1').matchAll(/\d+/g)];
    if (digits.length === 0) return bytes;
    const found = random.pick(digits);
    const number = random.pick(['0', '1', '-1', '00', '4294967296', '99999999999999999999', '5060', '255']);
    return splice(bytes, found.index, found[0].length, Buffer.from(number));
  },
  function changeCase(bytes, random) {
    const [from, to] = line(bytes, random);
    const text = bytes.toString('latin1', from, to);
    return splice(
      bytes,
      from,
      to - from,
      Buffer.from(random.oneIn(2) ? text.toUpperCase() : text.toLowerCase(), 'latin1'),
    );
  },
  function cross(bytes, random, other) {
    return Buffer.concat([
      bytes.subarray(0, random.below(bytes.length)),
      other.subarray(random.below(other.length)),
    ]);
  },
];

/** `bytes` with one to four mutations, some of them with parts of `other`. Never longer than 70,000 bytes. */
export function mutate(bytes: Buffer, random: Random, other: Buffer): Buffer {
  let changed = bytes;
  for (let left = 1 + random.below(4); left > 0; left--) {
    if (changed.length === 0) return changed;
    changed = random.pick(mutations)(changed, random, other);
  }
  return changed.subarray(0, 70_000);
}

const nothing = Buffer.alloc(0);

function splice(bytes: Buffer, at: number, removed: number, inserted: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
}

/** Some line of the message, its CRLF included. */
function line(bytes: Buffer, random: Random): [from: number, to: number] {
  const around = random.below(bytes.length);
  const before = bytes.lastIndexOf('\r\n', around);
  const after = bytes.indexOf('\r\n', around);
  return [before === -1 ? 0 : before + 2, after === -1 ? bytes.length : after + 2];
}
