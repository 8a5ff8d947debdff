import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatUri, parseUri, uriEquals } from '../../../../gateway/engine/message/uri.ts';
import { cpuTime } from './cpu-time.ts';

describe('parsing', () => {
  test('every part is found', () => {
    const uri = parseUri(
      'sips:alice:secret@Example.COM:5061;transport=TCP;lr?subject=project%20x&priority=urgent',
    );
    assert.deepEqual(uri, {
      scheme: 'sips',
      user: 'alice',
      password: 'secret',
      host: 'example.com',
      port: 5061,
      params: new Map([
        ['transport', 'TCP'],
        ['lr', ''],
      ]),
      headers: new Map([
        ['subject', 'project x'],
        ['priority', 'urgent'],
      ]),
    });
  });

  test('percent-escapes are decoded once', () => {
    assert.equal(parseUri('sip:%2540@h')?.user, '%40');
    assert.equal(parseUri('sip:sips%3Auser%40example.com@example.net')?.user, 'sips:user@example.com');
    assert.equal(parseUri('sip:null-%00-null@example.com')?.user, 'null-\0-null');
    assert.equal(parseUri('sip:%D0%B4@h')?.user, 'д');
  });

  test('the user may contain characters that begin parameters and headers elsewhere', () => {
    const uri = parseUri('sip:user;par=u%40example.net@example.com');
    assert.deepEqual([uri?.user, uri?.host, uri?.params.size], ['user;par=u@example.net', 'example.com', 0]);
    assert.equal(parseUri('sip:a?b=c@example.com')?.headers.size, 0);
  });

  test('IPv6 hosts lose their brackets and get them back', () => {
    const uri = parseUri('sip:a@[2001:db8::1]:5070;lr');
    assert.deepEqual([uri?.host, uri?.port], ['2001:db8::1', 5070]);
    assert.equal(uri && formatUri(uri), 'sip:a@[2001:db8::1]:5070;lr');
  });

  for (const text of [
    '',
    'sip:',
    'sip:@example.com',
    'tel:+14155551212',
    'example.com',
    'sip:a@b@c',
    'sip:a@example.com:0',
    'sip:a@example.com:65536',
    'sip:a@example.com:',
    'sip:a@exa mple.com',
    'sip:a@-example.com',
    'sip:a@[::1',
    'sip:a@[fe80::1%25eth0]',
    'sip:a@::1',
    'sip:%zz@h',
    'sip:%4@h',
    'sip:%ff@h',
    'sip:a"b@h',
    'sip:a<b@h',
    'sip:a b@h',
    'sip:a@h;',
    'sip:a@h;;lr',
    'sip:a@h;lr;lr',
    'sip:a@h;=x',
    'sip:a@h?',
    'sip:a@h\r\nX: y',
    'sip:ю@h',
  ]) {
    test(`${JSON.stringify(text)} is not a SIP URI`, () => assert.equal(parseUri(text), undefined));
  }

  test('60 kB of anything take less than 20 ms', () => {
    for (const character of [';', '@', '%', ':', '?', '&', '=', 'a', '[', '%41']) {
      for (const prefix of ['sip:', 'sip:a@h;', 'sip:a@h?']) {
        const text = prefix + character.repeat(60_000 / character.length);
        assert.ok(cpuTime(() => parseUri(text)) < 20, character);
      }
    }
  });
});

describe('formatting', () => {
  for (const text of [
    'sip:alice@example.com',
    'sip:example.com:5070',
    'sips:a:b@example.com;transport=tls;lr',
    'sip:a%40b@example.com',
    'sip:%2540@example.com',
    'sip:a@example.com;p%3B=v%3D?route=%3Csip:example.com%3E&x=',
    'sip:%D0%B4@example.com',
  ]) {
    test(`${text} is formatted unchanged`, () => {
      const uri = parseUri(text);
      assert.equal(uri && formatUri(uri), text);
    });
  }

  test('any formatted parts parse back as the same parts', () => {
    const nasty = '@:;?&=<>"\r\n\0%41 \\,[]д😀';
    const uri = {
      scheme: 'sip' as const,
      user: nasty,
      password: nasty,
      host: 'example.com',
      params: new Map([['p', nasty]]),
      headers: new Map([['h', nasty]]),
    };
    assert.deepEqual(parseUri(formatUri(uri)), uri);
  });
});

describe('comparison, by the examples of RFC 3261 19.1.4', () => {
  const equal = (a: string, b: string): boolean => {
    const [first, second] = [parseUri(a), parseUri(b)];
    assert.ok(first && second);
    assert.equal(uriEquals(first, second), uriEquals(second, first));
    return uriEquals(first, second);
  };
  for (const [a, b] of [
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;newparam=5'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
  ] as const) {
    test(`${a} is ${b}`, () => assert.equal(equal(a, b), true));
  }
  for (const [a, b] of [
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    ['sip:a@b', 'sips:a@b'],
  ] as const) {
    test(`${a} is not ${b}`, () => assert.equal(equal(a, b), false));
  }
});
