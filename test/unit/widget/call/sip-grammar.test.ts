// Compares the widget's grammar with JsSIP's, which it replaces: the same result wherever JsSIP's is correct.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import JsSIP from 'jssip';
import { classes, parse } from '../../../../widget/call/sip-grammar.ts';

const theirs = createRequire(import.meta.url)('jssip/lib/Grammar.js') as { parse: typeof parse };
Object.assign(classes, JsSIP);

const seen = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

/** For each rule, values that a gateway sends and values that it could send. */
const samples: Readonly<Record<string, readonly string[]>> = {
  Request_Response: [
    'SIP/2.0 200 OK',
    'SIP/2.0 486 Busy Here',
    'SIP/2.0 180 ',
    'SIP/2.0 99 x',
    'SIP/2.0 700 x',
    'INVITE sip:a@b SIP/2.0',
    'BYE sip:k3v2@9ds8f7.invalid;transport=ws SIP/2.0',
    'NOTIFY sip:abc@1.2.3.4:5060;transport=ws;ob SIP/2.0',
    'OPTIONS sip:b SIP/2.0',
    'x',
    '',
  ],
  SIP_URI: [
    'sip:a@b',
    'sip:director@mysite.ru',
    'SIPS:Al%20ice:pw@EXAMPLE.com:5061;transport=TCP;lr',
    'sip:[::1]:5060',
    'sip:a@[2001:db8::7];transport=udp',
    'sip:b',
    'sip:+7-800(1)@1.2.3.4',
    'sip:a@b;x=%41;Y;z=1~2~3',
    'sip:a%@b',
    'sip:a@b.c.1',
    'sip:@b',
    'sip:a@b c',
    'tel:1',
    'sip:',
    '',
  ],
  host: ['b', 'a.b', 'A_B.c', '1.2.3.4', '[::1]', '1.2.3', '-', 'a b', ''],
  absoluteURI: ['wss://call.mysite.ru/sip', 'ws://[::1]:80/sip', 'ws://127.0.0.1', 'http://x', 'x', ''],
  Name_Addr_Header: [
    '"A \\"B" <sip:a@b>;tag=x;y',
    '<sip:a@b;lr>',
    'Bob Doe <sip:a@b>;q=0.2',
    '"" <sip:a@b>',
    'sip:a@b;tag=3',
    '<tel:123>',
    '<sip:a@b',
    '',
  ],
  From: [
    '"A" <sip:a@b>;tag=x',
    'sip:a@b;tag=z',
    '<sip:a@b> ;tag = q',
    'A<sip:b>',
    '"Жанна" <sip:a@b>;tag=1',
    '<sip:anonymous@anonymous.invalid>;tag=9',
    '<tel:12>;tag=x',
    'sip:a@b;tag=q?x',
    '',
  ],
  To: ['<sip:a@b>', 'sip:a@b', '"x,y;z" <sip:a@b:5060>;tag=A.b-c'],
  Contact: [
    '<sip:a@b>;expires=3600;q=0.7, "x" <sip:c@d;ob>;+sip.instance="<urn:uuid:1>"',
    'sip:a@b;expires=3',
    '<sip:10.0.0.1:5060;transport=ws;alias=1~2~3>',
    '<sip:a@b>,<sip:c@d>',
    '<sip:a@b>,',
    '',
  ],
  Record_Route: ['<sip:p1.example.com;lr>,<sip:p2;lr>;x=y', '<sip:[::1]:80;lr>', 'sip:a@b', ''],
  Via: [
    'SIP/2.0/WSS abc.invalid;branch=z9hG4bKx',
    'SIP/2.0/UDP 1.2.3.4:5060;rport=1;received=4.3.2.1;branch=z',
    'SIP / 2.0 / TCP [::1]:5060;branch=1',
    'SIP/2.0/WS a;branch=z;rport',
    'SIP/2.0/WS',
    '',
  ],
  Call_ID: ['abc@def', 'x', 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6', 'a b', ''],
  Content_Length: ['12', '0', 'x', ''],
  Max_Forwards: ['70', 'x'],
  Content_Type: ['application/sdp', 'multipart/mixed;boundary="x"', 'x', ''],
  CSeq: ['1 INVITE', '4294967295 BYE', 'x', ''],
  Session_Expires: ['90;refresher=uac', '1800', '100;Refresher=UAS', 'x', ''],
};

for (const [rule, texts] of Object.entries(samples)) {
  for (const text of texts) {
    test(`${rule} of ${JSON.stringify(text)}`, () => {
      assert.deepEqual(seen(parse(text, rule)), seen(theirs.parse(text, rule)));
    });
  }
}

test('addresses are instances of JsSIP’s classes', () => {
  assert.ok(parse('sip:a@b', 'SIP_URI') instanceof JsSIP.URI);
  assert.ok(parse('<sip:a@b>', 'From') instanceof JsSIP.NameAddrHeader);
});

test('what makes JsSIP throw or fail is refused or correct here', () => {
  assert.equal(parse('*', 'Contact'), -1);
  assert.equal(parse('a', 'constructor'), -1);
  assert.equal(seen((parse('sip:a@b;maddr=c', 'SIP_URI') as { _host: string })._host), 'b');
  assert.deepEqual(parse('ws://1.2.3.4/sip?x=1#a', 'absoluteURI'), {
    scheme: 'ws',
    host_type: 'IPv4',
    host: '1.2.3.4',
  });
});

test('a long invalid value takes no time', () => {
  for (const [rule, piece] of [
    ['From', 'a '],
    ['From', '"\\'],
    ['SIP_URI', 'sip:a.'],
    ['Contact', '<sip:a@b>,'],
    ['Via', 'a-'],
    ['host', 'a-'],
  ] as const) {
    parse(piece.repeat(20_000), rule);
  }
});
