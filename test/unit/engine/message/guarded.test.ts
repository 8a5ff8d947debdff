// What the engine passes to applications, and how drachtio-srf's own parser reads it.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { guarded, LONGEST_VALUE } from '../../../../gateway/engine/message/guarded.ts';
import { parseMessage } from '../../../../gateway/engine/message/parse.ts';
import { serialize } from '../../../../gateway/engine/message/serialize.ts';
import { cpuTime } from './cpu-time.ts';

interface Parsed {
  readonly status?: number;
  readonly reason?: string;
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: readonly { readonly type: string | null; readonly content: string }[];
}
const require = createRequire(import.meta.url);
const { parseSipMessage } = require('drachtio-srf/lib/sip-parser/parser.js') as {
  parseSipMessage(text: string, lazy: boolean): Parsed | undefined;
};
const Message = require('drachtio-srf/lib/sip-parser/message.js') as new (
  text: string,
) => { getParsedHeader(name: string): { uri: string; params: Record<string, string> } };

const BASE = [
  'Via: SIP/2.0/UDP a;branch=z9hG4bK1',
  'From: <sip:a@b>;tag=1',
  'To: <sip:c@d>;tag=2',
  'Call-ID: 1',
];

/** The form that an application receives: these lines and the usual ones, after the start line. */
function handedOn(start: string, lines: readonly string[], body = ''): string {
  const given = (name: string) => lines.some(line => line.startsWith(`${name}:`));
  const usual = BASE.filter(line => !given(line.split(':', 1)[0] ?? ''));
  const text = [start, ...usual, ...lines, ...(given('CSeq') ? [] : ['CSeq: 1 INVITE']), '', body].join(
    '\r\n',
  );
  const message = parseMessage(Buffer.from(text), { ignoreContentLength: true });
  assert.notEqual(message.kind, 'failure', JSON.stringify(message));
  return message.kind === 'failure' ? '' : serialize(guarded(message)).toString();
}

function read(start: string, lines: readonly string[], body = ''): Parsed {
  const parsed = parseSipMessage(handedOn(start, lines, body), true);
  assert.ok(parsed);
  return parsed;
}

const ANSWER = 'SIP/2.0 200 OK';

for (const [what, phrase, expected] of [
  ['an ordinary one', 'Busy, really', 'Busy, really'],
  ['in another script', 'Занято 忙', 'Занято 忙'],
  ['none', '', ''],
  ['long', 'x'.repeat(129), 'Busy Here'],
  ['blanks and a line separator', `${' '.repeat(20_000)}a\u2028x`, 'Busy Here'],
  ['a paragraph separator', 'a\u2029b', 'Busy Here'],
  ['a control of C1', 'a\u0085b', 'Busy Here'],
] as const) {
  test(`a reason phrase, ${what}, is passed on as ${JSON.stringify(expected.slice(0, 20))}`, () => {
    assert.equal(read(`SIP/2.0 486 ${phrase}`, []).reason, expected);
  });
}

for (const [what, line, name, expected] of [
  ['a line separator', 'Subject: a\u2028b', 'subject', 'a\ufffdb'],
  ['a control of C1', 'Subject: a\u0085b', 'subject', 'a\ufffdb'],
  ['a percent sign in its name', '%53ubject: x', 'subject', undefined],
  ['the name of a property of every object', 'constructor: x', 'constructor', undefined],
  ['its prototype', '__proto__: x', '__proto__', undefined],
  ['more characters than are passed on', `X-A: ${'x'.repeat(LONGEST_VALUE + 1)}`, 'X-A', ''],
  ['a route that is empty', 'Route: ', 'route', ''],
  ['a route that is too long', `Route: <sip:${'x'.repeat(LONGEST_VALUE)}>`, 'route', ''],
  ['an invalid contact', 'Contact: <sip:a@b', 'contact', undefined],
  [
    'as many characters as are passed on',
    `X-A: ${'x'.repeat(LONGEST_VALUE)}`,
    'X-A',
    'x'.repeat(LONGEST_VALUE),
  ],
  ['an address in the short form', 'From: sip:a@b;tag=9', 'from', '<sip:a@b>;tag=9'],
  ['an address with a bare name', 'From: Иван Ильин <sip:a@b>;tag=9', 'from', '"Иван Ильин" <sip:a@b>;tag=9'],
  ['blanks about an address', `From: "n" < ${' '.repeat(900)}sip:a@b >;tag=9`, 'from', '"n" <sip:a@b>;tag=9'],
  ['a name that is too long', `From: "${'n'.repeat(9_000)}" <sip:a@b>;tag=9`, 'from', '<sip:a@b>;tag=9'],
  [
    'parameters that are too long',
    `From: <sip:a@b>;x="${'n'.repeat(9_000)}";tag=9`,
    'from',
    '<sip:a@b>;tag=9',
  ],
  ['an invalid address', 'Refer-To: <sip:a@b', 'refer-to', ''],
  [
    'a URI with headers, without brackets',
    'Refer-To: sip:a@b?Replaces=1;to-tag=2',
    'refer-to',
    'sip:a@b?Replaces=1;to-tag=2',
  ],
  ['blanks in CSeq', `CSeq: 7${' '.repeat(900)}INVITE`, 'cseq', '7 INVITE'],
] as const) {
  test(`a header with ${what} is ${expected === undefined ? 'left out' : 'passed on in a plain form'}`, () => {
    const { headers } = read(ANSWER, [line]);
    assert.equal(Object.hasOwn(headers, name) ? headers[name] : undefined, expected);
  });
}

test('values of one name are passed on until they are too long together', () => {
  const contacts = Array.from({ length: 200 }, (_, index) => `Contact: <sip:${'c'.repeat(90)}@h${index}>`);
  const { headers } = read('SIP/2.0 302 Moved', contacts);
  assert.ok(headers.contact?.startsWith('<sip:ccc'));
  assert.ok((headers.contact?.length ?? 0) <= LONGEST_VALUE);
});

test('the addresses that drachtio-srf parses keep their tags', () => {
  for (const from of [
    'sip:a@b;tag=9',
    'Иван <sip:a@b>;tag=9',
    '"x" <sip:a@b> ; tag=9',
    '<sip:a@b>;q="<;>";tag=9',
  ]) {
    const message = new Message(handedOn(ANSWER, [`From: ${from}`]));
    assert.equal(message.getParsedHeader('from').params.tag, '9', from);
    assert.equal(message.getParsedHeader('from').uri, 'sip:a@b', from);
  }
});

for (const [contentType, expected] of [
  ['application/sdp', 'application/sdp'],
  ['Application/SDP ; charset = UTF-8', 'application/sdp;charset=UTF-8'],
  ['application/sdp;', 'application/sdp'],
  ['message/sipfrag;version=2.0', 'message/sipfrag;version=2.0'],
  ['application/sdp;x="multipart/";boundary=a', 'application/sdp'],
  ['x-multipart/mixed;boundary=a', 'application/octet-stream'],
  ['multipart/mixed', 'application/octet-stream'],
  ['multipart/mixed;boundary="a b"', 'application/octet-stream'],
  ['multipart/mixed;boundary="a "', 'application/octet-stream'],
  ['multipart', 'application/octet-stream'],
  ['', 'application/octet-stream'],
  [`application/${'x'.repeat(3_000)}`, 'application/octet-stream'],
] as const) {
  test(`a body of ${JSON.stringify(contentType.slice(0, 40))} is passed on as ${expected}`, () => {
    assert.equal(read(ANSWER, [`Content-Type: ${contentType}`], 'v=0\r\n').headers['content-type'], expected);
  });
}

test('a multipart body is passed on part by part', () => {
  const body = [
    '--abc',
    'Content-Type: application/sdp',
    '',
    'v=0',
    '--abc ',
    'Content-Disposition: signal;handling=optional',
    'content-type:  application/isup ; version=x',
    '',
    'isup',
    '--abc--',
    'epilogue',
  ].join('\r\n');
  const { payload, headers } = read(ANSWER, ['Content-Type: multipart/mixed; boundary="abc"'], body);
  assert.equal(headers['content-type'], 'multipart/mixed;boundary="abc"');
  assert.deepEqual(
    payload.map(({ type, content }) => [type, content.split('\r\n')[0]]),
    [
      ['application/sdp', 'v=0'],
      ['application/isup ; version=x', 'isup'],
    ],
  );
});

test('a body without a part is passed on as an empty multipart body', () => {
  for (const body of ['', 'x', '--a x\r\n\r\n\r\n--a--', '--a--']) {
    const { headers } = read(ANSWER, ['Content-Type: multipart/mixed;boundary=a'], body);
    assert.equal(headers['content-type'], 'application/octet-stream');
  }
});

test('a malformed part affects only itself, and of too many parts the first are passed on', () => {
  const part = '--a\r\n\r\nx\r\n';
  for (const [body, count] of [
    ['--a\r\nContent-Type: x', 1],
    [`${part}--ab\r\n--a--`, 1],
    [`${part}${part.replaceAll('\r', '')}--a--`, 2],
    [part.repeat(17), 16],
  ] as const) {
    const { payload } = read(ANSWER, ['Content-Type: multipart/mixed;boundary=a'], body);
    assert.equal(payload.length, count, body.slice(0, 40));
  }
});

test('a boundary with a blank, and the root of related parts, are passed on in a plain form', () => {
  const type = 'Content-Type: multipart/related;start="<sdp@pbx>";boundary="a b"';
  const { headers } = read(ANSWER, [type], '--a b\r\n\r\nv=0\r\n--a b--');
  assert.equal(headers['content-type'], 'multipart/related;start="<sdp@pbx>";boundary="a_b"');
  const clash = read(ANSWER, [type], '--a b\r\n\r\n--a_b\r\n--a b--');
  assert.equal(clash.headers['content-type'], 'application/octet-stream');
});

test('drachtio-srf parses what is passed on in linear time', () => {
  const blanks = ' \t'.repeat(LONGEST_VALUE / 2);
  const worst: [string, string[], string?][] = [
    [`SIP/2.0 200 ${' '.repeat(30_000)}a\u2028x`, []],
    [ANSWER, [`Content-Type: multipart/mixed;${blanks}boundary="a\u2028x`], '--a\r\n'.repeat(5_000)],
    [
      ANSWER,
      ['Content-Type: multipart/mixed;boundary=a'],
      `--a\r\nContent-Type:${' \r\n'.repeat(5_000)}\r\n\r\n${'Content-Type: '.repeat(2_000)}\r\n--a--`,
    ],
    [ANSWER, [`From: "${'\\"'.repeat(900)}" <sip:a@b>;tag=9`, `Contact: <sip:a@b>;x="${'a '.repeat(900)}"`]],
    [ANSWER, Array.from({ length: 200 }, (_, index) => `X-${index}: ${blanks.slice(0, 100)}`)],
  ];
  for (const [start, lines, body] of worst) {
    const text = handedOn(start, lines, body);
    const spent = cpuTime(() => {
      const message = new Message(text);
      message.getParsedHeader('from');
    });
    assert.ok(spent < 50, `${spent} ms for ${text.slice(0, 80)}`);
  }
});
