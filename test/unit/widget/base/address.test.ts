import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayUrl, parseAddress } from '../../../../widget/base/address.ts';
import { cpuTime } from '../../engine/message/cpu-time.ts';

const read: Readonly<Record<string, readonly [text: string, uri: string]>> = {
  'director@mysite.ru': ['director@mysite.ru', 'sip:director@mysite.ru'],
  'sip:director@mysite.ru': ['director@mysite.ru', 'sip:director@mysite.ru'],
  'SIP:Director@MySite.ru': ['Director@MySite.ru', 'sip:Director@mysite.ru'],
  '  101@mysite.ru\n': ['101@mysite.ru', 'sip:101@mysite.ru'],
  'first.last+tag@a-b.mysite.ru': ['first.last+tag@a-b.mysite.ru', 'sip:first.last+tag@a-b.mysite.ru'],
  'alex@localhost': ['alex@localhost', 'sip:alex@localhost'],
  '101@192.0.2.7': ['101@192.0.2.7', 'sip:101@192.0.2.7'],
  'директор@президент.рф': [
    'директор@президент.рф',
    'sip:%D0%B4%D0%B8%D1%80%D0%B5%D0%BA%D1%82%D0%BE%D1%80@xn--d1abbgf6aiiy.xn--p1ai',
  ],
};

for (const [source, [text, uri]] of Object.entries(read)) {
  test(`reads ${JSON.stringify(source)}`, () => assert.deepEqual(parseAddress(source), { text, uri }));
}

const refused = [
  null,
  undefined,
  '',
  'director',
  '@mysite.ru',
  'director@',
  'director@mysite.ru:5060',
  'director@mysite.ru;transport=tcp',
  'director:secret@mysite.ru',
  'a@b@mysite.ru',
  'director@mysite..ru',
  'director@.ru',
  'di rector@mysite.ru',
  'sips:director@mysite.ru',
  'tel:+74950000000',
  'director@mysite.ru?subject=x',
  'director@mysite.ru/sip',
  'sip:x@y\r\nVia: evil',
  '<director@mysite.ru>',
];

for (const source of refused) {
  test(`refuses ${JSON.stringify(source) ?? 'nothing'}`, () => assert.equal(parseAddress(source), undefined));
}

test('a very long address is refused or parsed, but not slowly', () => {
  const took = cpuTime(() => void parseAddress(`${'a.'.repeat(50_000)}@${'b.'.repeat(50_000)}!`));
  assert.ok(took < 500, `${took} ms`);
});

const sockets: readonly (readonly [script: string, attribute: string | null, socket: string | undefined])[] =
  [
    ['https://calls.mysite.ru/sip-call.js', null, 'wss://calls.mysite.ru/sip'],
    ['https://calls.mysite.ru/sip-call.js?v=3#x', '', 'wss://calls.mysite.ru/sip'],
    ['https://mysite.ru/voice/sip-call.js', null, 'wss://mysite.ru/voice/sip'],
    ['http://127.0.0.1:8080/sip-call.js', null, 'ws://127.0.0.1:8080/sip'],
    ['https://cdn.test/sip-call.js', 'https://calls.mysite.ru', 'wss://calls.mysite.ru/sip'],
    ['https://cdn.test/sip-call.js', 'https://mysite.ru/voice', 'wss://mysite.ru/voice/sip'],
    ['https://cdn.test/sip-call.js', 'https://mysite.ru/voice/', 'wss://mysite.ru/voice/sip'],
    ['https://cdn.test/sip-call.js', 'wss://mysite.ru', 'wss://mysite.ru/sip'],
    ['https://cdn.test/sip-call.js', 'ws://127.0.0.1:8080', 'ws://127.0.0.1:8080/sip'],
    ['https://cdn.test/sip-call.js', 'calls.mysite.ru', undefined],
    ['https://cdn.test/sip-call.js', 'ftp://mysite.ru', undefined],
    ['file:///home/a/sip-call.js', null, undefined],
  ];

for (const [script, attribute, socket] of sockets) {
  test(`script ${script}, gateway ${attribute}: ${socket ?? 'refused'}`, () => {
    assert.equal(gatewayUrl('sip', script, attribute), socket);
    assert.equal(gatewayUrl('token', script, attribute), socket?.replace(/^ws(.*)sip$/, 'http$1token'));
  });
}
