// Valid messages of every form that the engine may write: escapes, quoted commas, IPv6, long values, names in any
// script, bodies of text, of parts, of bytes, and none. Also unusual spellings of the same messages.

import { createRequest } from '../../gateway/engine/message/compose.ts';
import { HeaderList } from '../../gateway/engine/message/headers.ts';
import type { SipMessage } from '../../gateway/engine/message/message.ts';
import type { Random } from './random.ts';

const letters = 'abcXYZ019';
const methods = ['INVITE', 'BYE', 'OPTIONS', 'MESSAGE', 'INFO', 'REFER', 'SUBSCRIBE'];

export function generate(random: Random): SipMessage {
  const method = random.pick(methods);
  const fields: [string, string][] = [];
  const several = (most: number, name: string, value: () => string) => {
    for (let left = random.below(most + 1); left > 0; left--) fields.push([name, value()]);
  };
  fields.push(['Via', via(random)]);
  several(3, 'Via', () => via(random));
  several(2, 'Record-Route', () => `<${uri(random)}>`);
  fields.push(['From', `${displayName(random)}<${uri(random)}>;tag=${random.text(letters, 12)}`]);
  fields.push(['To', `${displayName(random)}<${uri(random)}>`]);
  fields.push(['Call-ID', `${random.text(letters, 20)}@${random.text(letters, 12)}`]);
  fields.push(['CSeq', `${random.below(2 ** 31)} ${method}`], ['Max-Forwards', String(random.below(256))]);
  several(2, 'Contact', () => address(random));
  several(3, 'Allow', () => token(random));
  several(2, 'Supported', () => token(random));
  if (random.oneIn(3)) fields.push(['Subject', text(random, 30)]);
  if (random.oneIn(20)) fields.push(['User-Agent', text(random, 4_000)]);
  several(3, `X-${random.text(letters, 12)}`, () => text(random, 30));
  const [type, body] = random.pick(bodies)(random);
  if (body.length > 0 || random.oneIn(2)) fields.push(['Content-Type', type]);
  if (!random.oneIn(3)) return createRequest(method, uri(random), fields, body);
  const status = 100 + random.below(600);
  // RFC 3261 25.1 allows fewer characters in a reason than in other text.
  const reason = random.oneIn(5) ? '' : random.text('aZ9 ,;:@ДЖ☎()', 12).trim();
  return { kind: 'response', status, reason, headers: new HeaderList(fields), body };
}

const bodies: readonly ((random: Random) => [type: string, body: Buffer])[] = [
  () => ['application/sdp', Buffer.alloc(0)],
  random => ['text/plain', Buffer.from(random.text('aZ9\r\n ДЖ☎:', 60))],
  random => [
    'application/octet-stream',
    Buffer.from(Array.from({ length: 1 + random.below(60) }, () => random.below(256))),
  ],
  random => {
    const boundary = random.text(letters, 12);
    const parts = Array.from({ length: 1 + random.below(3) }, () => {
      return `--${boundary}\r\nContent-Type: text/plain\r\n\r\n${random.text('aZ9 Д\r\n', 40)}\r\n`;
    });
    return [`multipart/mixed;boundary="${boundary}"`, Buffer.from(`${parts.join('')}--${boundary}--\r\n`)];
  },
];

function host(random: Random): string {
  return random.pick([
    `${random.text(letters, 12)}.example.com`,
    '192.0.2.7',
    '[2001:db8::9:1]',
    '[::ffff:192.0.2.1]',
  ]);
}

function uri(random: Random): string {
  const user = random.pick([random.text(letters, 12), 'a%20b%2540', '+14155550100;ext=7', '%D0%B4']);
  const tail = random.pick(['', ':5070', ';lr', ';transport=tcp', ';p%3B=v%2C', '?subject=a%20b']);
  return `${random.pick(['sip', 'sips'])}:${user}@${host(random)}${tail}`;
}

function via(random: Random): string {
  const port = random.oneIn(2) ? '' : ':5070';
  const more = random.pick([
    '',
    ';rport',
    ';received=192.0.2.9',
    ';rport=5061;received=2001:db8::7',
    ';maddr=224.0.1.75;ttl=1',
  ]);
  return `SIP/2.0/${random.pick(['UDP', 'TCP', 'TLS', 'WSS'])} ${host(random)}${port};branch=z9hG4bK${random.text(letters, 12)}${more}`;
}

function displayName(random: Random): string {
  const quoted = random.text('aZ9 ,;<>@:=ДЖ☎', 15);
  const word = random.text(letters, 12);
  return random.pick([
    `"${quoted}" `,
    `"\\"${word}\\\\" `,
    `"${'long '.repeat(random.below(60))}" `,
    `${word} `,
    '',
  ]);
}

function address(random: Random): string {
  const name = random.text(letters, 8);
  const param = random.pick([
    '',
    `;${name}`,
    `;p${name}="${random.text('a;,<>', 5)}"`,
    ';+sip.instance="<urn:uuid:1>"',
  ]);
  return `${displayName(random)}<${uri(random)}>${param}`;
}

function token(random: Random): string {
  return random.text("abcXYZ019-.!%*_+`'~", 12);
}

/** Words in any script; blanks only between them. */
function text(random: Random, longest: number): string {
  return random.text('aZ9 ,;:<>@"ДЖ☎()%\\', longest).trim() || 'x';
}

const compact: Readonly<Record<string, string>> = {
  Via: 'v',
  From: 'f',
  To: 't',
  'Call-ID': 'i',
  Contact: 'm',
  'Content-Type': 'c',
  'Content-Length': 'l',
  Subject: 's',
  Supported: 'k',
};

/** The same message as other implementations may write it: folded, in compact forms, with blanks around colons. */
export function disguise(bytes: Buffer, random: Random): Buffer {
  const end = bytes.indexOf('\r\n\r\n');
  const [start, ...lines] = bytes.toString('utf8', 0, end).split('\r\n');
  const disguised = lines.map(line => {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const shown = random.oneIn(2) ? (compact[name] ?? name) : random.oneIn(2) ? name.toUpperCase() : name;
    const before = random.pick(['', '', ' ', '\t ']);
    const after = random.pick(['', ' ', '\t', '\r\n ']);
    // A fold means one blank, so it may replace one.
    const value = line
      .slice(colon + 2)
      .replace(/(?<! ) (?! )/g, () => random.pick([' ', ' ', '\r\n ', ' \r\n\t']));
    return `${/^x-/i.test(name) ? name : shown}${before}:${after}${value}${random.pick(['', ' ', '\t'])}`;
  });
  return Buffer.concat([Buffer.from(`${[start, ...disguised].join('\r\n')}\r\n`), bytes.subarray(end + 2)]);
}
