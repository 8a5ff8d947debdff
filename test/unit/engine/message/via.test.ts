import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCSeq } from '../../../../gateway/engine/message/cseq.ts';
import { formatVia, parseVia } from '../../../../gateway/engine/message/via.ts';
import { cpuTime } from './cpu-time.ts';

test('transport, sent-by and parameters are found', () => {
  assert.deepEqual(
    parseVia('SIP/2.0/udp Host1.example.com:5070;branch=z9hG4bK77;rport;received=2001:db8::9'),
    {
      transport: 'UDP',
      host: 'host1.example.com',
      port: 5070,
      params: new Map([
        ['branch', 'z9hG4bK77'],
        ['rport', ''],
        ['received', '2001:db8::9'],
      ]),
    },
  );
});

test('blanks may surround every separator', () => {
  const via = parseVia(
    'SIP / 2.0 / UDP first.example.com : 4000 ; ttl = 16 ; maddr = 224.2.0.1 ;branch =z9hG4bKa7',
  );
  assert.deepEqual([via?.transport, via?.host, via?.port], ['UDP', 'first.example.com', 4000]);
  assert.equal(via?.params.get('maddr'), '224.2.0.1');
});

test('IPv6 is written in brackets and read without', () => {
  const text = 'SIP/2.0/TLS [2001:db8::9:1]:5061;branch=z9hG4bK1;received=[2001:db8::9:255]';
  const via = parseVia(text);
  assert.equal(via?.host, '2001:db8::9:1');
  assert.equal(via && formatVia(via), text);
});

test('parameters that were filled in are written', () => {
  const via = parseVia('SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56;rport');
  assert.ok(via);
  via.params.set('received', '198.51.100.7');
  via.params.set('rport', '4242');
  assert.equal(
    formatVia(via),
    'SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56;rport=4242;received=198.51.100.7',
  );
});

for (const value of [
  '',
  'SIP/2.0/UDP',
  'SIP/2.0/UDP ',
  'SIP/3.0/UDP h',
  'SIP/2.0/ h',
  'SIP/2.0/UDP h;;branch=1',
  'SIP/2.0/UDP h;branch=',
  'SIP/2.0/UDP h:99999',
  'SIP/2.0/UDP h x;branch=1',
  'SIP/2.0/UDP h;branch=1;branch=2',
  'SIP/2.0/UDP [h]',
]) {
  test(`${JSON.stringify(value)} is refused`, () => assert.equal(parseVia(value), undefined));
}

test('60 kB of anything take less than 20 ms', () => {
  for (const text of [' ', ' :', ';', '/', 'SIP/', ';a=" ']) {
    for (const prefix of ['', 'SIP', 'SIP/2.0/UDP h', 'SIP/2.0/UDP h;']) {
      const value = prefix + text.repeat(60_000 / text.length);
      assert.ok(cpuTime(() => parseVia(value)) < 20, text);
    }
  }
});

test('CSeq has a number below 2^31 and a method', () => {
  assert.deepEqual(parseCSeq('4711 INVITE'), { number: 4711, method: 'INVITE' });
  assert.deepEqual(parseCSeq('0009 \t INVITE'), { number: 9, method: 'INVITE' });
  assert.deepEqual(parseCSeq('2147483647 BYE'), { number: 2147483647, method: 'BYE' });
  for (const value of [
    '',
    '1',
    'INVITE',
    '1 ',
    ' 1 BYE',
    '-1 BYE',
    '2147483648 BYE',
    '1 BYE BYE',
    '1.0 BYE',
  ]) {
    assert.equal(parseCSeq(value), undefined, value);
  }
});
