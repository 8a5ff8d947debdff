// Where the session description is in a body (RFC 5621), and which unsupported parts are required.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionBodyOf } from '../../../../gateway/engine/message/bodies.ts';
import { parseMultipart } from '../../../../gateway/engine/message/multipart.ts';

const SDP = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 30000 RTP/AVP 0\r\n';
const sdp = ['Content-Type: application/sdp', '', SDP].join('\r\n');
const isup = (...more: string[]) =>
  ['Content-Type: application/isup;version=itu-t92+', ...more, '', '\u0006\u0016\u0000'].join('\r\n');
const optional = isup('Content-Disposition: signal;handling=optional');
const insisting = isup('Content-Disposition: signal;handling=required');
const body = (boundary: string, ...parts: string[]) =>
  `${parts.map(part => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`;
const within = (kind: string, boundary: string, ...parts: string[]) =>
  `Content-Type: ${kind};boundary=${boundary}\r\n\r\n${body(boundary, ...parts)}`;

function read(type: string | undefined, text: string, ...more: (readonly [string, string])[]) {
  const headers = [...(type === undefined ? [] : [['Content-Type', type] as const]), ...more];
  const { sdp, refused } = sessionBodyOf({ headers, body: Buffer.from(text) });
  return { sdp: sdp?.trim().replace(/\r?\n/g, '\r\n'), refused };
}

const found = { sdp: SDP.trimEnd(), refused: undefined };
const mixed = 'multipart/mixed;boundary=cut';

for (const [what, type, text] of [
  ['a single body', 'application/sdp', SDP],
  ['a type in odd case', 'Application/SDP ; charset=utf-8', SDP],
  ['a body without a type', undefined, SDP],
  ['a body whose type cannot be read', 'sdp', SDP],
  ['a body of a generic type', 'application/octet-stream', `\r\n${SDP}`],
  ['the first part', mixed, body('cut', sdp, optional)],
  ['the last part', mixed, body('cut', optional, sdp)],
  ['a part between others', mixed, body('cut', optional, sdp, optional)],
  ['a part beside one without handling', mixed, body('cut', sdp, isup())],
  ['a part under a quoted boundary', 'MULTIPART/Mixed; boundary="cut"', body('cut', sdp)],
  ['a part under a boundary with a blank', 'multipart/mixed;boundary="a cut"', body('a cut', sdp)],
  ['a part after a preamble', mixed, `This is a message of several parts.\r\n${body('cut', sdp)}`],
  ['a part before an epilogue', mixed, `${body('cut', sdp)}the end`],
  ['a part without a last delimiter', mixed, body('cut', sdp).replace('--cut--\r\n', '')],
  ['a part in lines that end in LF', mixed, body('cut', optional, sdp).replaceAll('\r\n', '\n')],
  ['a part with a folded header', mixed, body('cut', sdp.replace(': ', ':\r\n '))],
  ['a part without headers', mixed, body('cut', `\r\n${SDP}`)],
  ['a part without headers and their empty line', mixed, body('cut', SDP)],
  [
    'a part whose disposition comes first',
    mixed,
    body('cut', `Content-Disposition: session; handling=required\r\n${sdp}`),
  ],
  [
    'a part in base64',
    mixed,
    body(
      'cut',
      `Content-Transfer-Encoding: base64\r\nContent-Type: application/sdp\r\n\r\n${Buffer.from(SDP).toString('base64')}`,
    ),
  ],
  [
    'a part beside an early session',
    mixed,
    body('cut', `Content-Disposition: early-session;handling=optional\r\n${sdp.replace('30000', '4')}`, sdp),
  ],
  ['the root of related parts', 'multipart/related;boundary=cut', body('cut', sdp, insisting)],
  [
    'the named root',
    'multipart/related;start="<b>";boundary=cut',
    body('cut', insisting, `Content-ID: <b>\r\n${sdp}`),
  ],
  [
    'the best of alternatives',
    'multipart/alternative;boundary=cut',
    body('cut', sdp.replace('30000', '4'), sdp, insisting),
  ],
  ['mixed in mixed', mixed, body('cut', optional, within('multipart/mixed', 'in', optional, sdp))],
  [
    'mixed whose boundary begins as the outer one',
    mixed,
    body('cut', within('multipart/mixed', 'cut2', optional, sdp), optional),
  ],
  [
    'the part after parts whose boundary begins as the outer one',
    mixed,
    body('cut', within('multipart/mixed', 'cut2', optional), sdp),
  ],
  [
    'related in mixed in mixed',
    mixed,
    body('cut', within('multipart/mixed', 'in', within('multipart/related', 'deep', sdp, insisting))),
  ],
  ['some other kind of parts', 'multipart/signed;boundary=cut', body('cut', sdp)],
  ['seventeen parts', mixed, body('cut', sdp, ...Array.from({ length: 16 }, () => optional))],
] as const) {
  test(`a description is found in ${what}`, () => assert.deepEqual(read(type, text), found));
}

for (const [what, type, text, more, expected] of [
  ['nothing', 'application/sdp', '', [], {}],
  ['a single unknown type', 'application/isup', 'x', [], { refused: 'type' }],
  ['the same, optional', 'application/isup', 'x', [['Content-Disposition', 'signal;handling=optional']], {}],
  [
    'the same, optional in capitals',
    'application/isup',
    'x',
    [['content-disposition', 'signal ; Handling = "OPTIONAL"']],
    {},
  ],
  ['a required part', mixed, body('cut', sdp, insisting), [], { sdp: found.sdp, refused: 'type' }],
  [
    'a part whose disposition has no handling',
    mixed,
    body('cut', sdp, isup('Content-Disposition: signal')),
    [],
    { sdp: found.sdp, refused: 'type' },
  ],
  [
    'required parts in optional ones',
    mixed,
    body(
      'cut',
      sdp,
      `Content-Disposition: x;handling=optional\r\n${within('multipart/mixed', 'in', insisting)}`,
    ),
    [],
    { sdp: found.sdp },
  ],
  [
    'alternatives without a known one',
    'multipart/alternative;boundary=cut',
    body('cut', insisting, insisting),
    [],
    { refused: 'type' },
  ],
  ['an encoded description', 'application/sdp', 'x', [['Content-Encoding', 'gzip']], { refused: 'encoding' }],
  [
    'one that says that it is not',
    'application/sdp',
    SDP,
    [['Content-Encoding', 'identity']],
    { sdp: found.sdp },
  ],
  ['an encoded part', mixed, body('cut', `Content-Encoding: gzip\r\n${sdp}`), [], { refused: 'encoding' }],
  [
    'an early session alone',
    'application/sdp',
    SDP,
    [['Content-Disposition', 'early-session;handling=optional']],
    {},
  ],
  ['a multipart body without parts', mixed, 'x', [], { refused: 'type' }],
  ['parts without a boundary', 'multipart/mixed', body('cut', sdp), [], { refused: 'type' }],
  [
    'parts in parts without end',
    mixed,
    body(
      'cut',
      within(
        'multipart/mixed',
        'a',
        within('multipart/mixed', 'b', within('multipart/mixed', 'c', within('multipart/mixed', 'd', sdp))),
      ),
    ),
    [],
    { refused: 'type' },
  ],
] as const) {
  test(`a body of ${what} is handled as in RFC 5621`, () => {
    assert.deepEqual(read(type, text, ...more), { sdp: undefined, refused: undefined, ...expected });
  });
}

test('parts are split in linear time, whatever they contain', () => {
  const worst = [
    '--cut'.repeat(13_000),
    '--cut\r\n'.repeat(9_000),
    `--cut${' '.repeat(60_000)}x`,
    `--cut\r\n${'\r\n '.repeat(20_000)}`,
    `--cut\r\n${'a: b\r\n'.repeat(10_000)}`,
    `--cut\r\n${'--cut--x\n'.repeat(7_000)}`,
  ];
  const time = (text: string) => {
    const began = process.cpuUsage();
    for (let i = 0; i < 5; i++) parseMultipart(Buffer.from(text), 'cut');
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000;
  };
  for (const text of worst) assert.ok(time(text) < 250, `${JSON.stringify(text.slice(0, 20))}`);
});
