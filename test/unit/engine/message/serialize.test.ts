import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRequest, createResponse } from '../../../../gateway/engine/message/compose.ts';
import { parseMessage } from '../../../../gateway/engine/message/parse.ts';
import { reasonPhrase } from '../../../../gateway/engine/message/reasons.ts';
import { serialize } from '../../../../gateway/engine/message/serialize.ts';

const FIELDS: [string, string][] = [
  ['v', 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1'],
  ['Via', 'SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK2'],
  ['from', '<sip:a@example.com>;tag=1'],
  ['to', '<sip:b@example.com>'],
  ['call-id', '1@example.com'],
  ['cseq', '1 INVITE'],
  ['timestamp', '54'],
  ['subject', 'Привет'],
];
const invite = (...more: [string, string][]) =>
  createRequest('INVITE', 'sip:b@example.com', [...FIELDS, ...more], Buffer.from('тело'));

describe('writing', () => {
  test('Content-Length counts the bytes of the body, whatever the model says', () => {
    const text = serialize(invite(['Content-Length', '999'])).toString();
    assert.deepEqual(text.match(/^content-length:.*$/gim), ['Content-Length: 8']);
    assert.ok(text.endsWith('\r\n\r\nтело'));
  });

  test('a binary body is written unchanged', () => {
    const body = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const bytes = serialize(createRequest('INFO', 'sip:b@b', [], body));
    assert.deepEqual(bytes.subarray(-256), body);
  });

  test('lists of tokens share a line; routes and Vias do not', () => {
    const request = invite(['Allow', 'INVITE'], ['Allow', 'ACK'], ['Supported', ''], ['Supported', 'timer']);
    const text = serialize(request).toString();
    assert.match(text, /\r\nAllow: INVITE, ACK\r\nSupported: \r\nSupported: timer\r\n/);
    assert.match(text, /\r\nVia: .*1\r\nVia: .*2\r\n/);
  });

  test('an empty reason phrase keeps its space', () => {
    assert.match(serialize(createResponse(invite(), 200, '')).toString(), /^SIP\/2\.0 200 \r\n/);
  });
});

describe('text that could end a line early throws', () => {
  for (const bad of ['a\r\nX: y', 'a\rb', 'a\nb', 'a\0b']) {
    const shown = JSON.stringify(bad);
    test(`${shown} as a value`, () => assert.throws(() => serialize(invite(['Subject', bad])), TypeError));
    test(`${shown} as a name`, () => assert.throws(() => serialize(invite([bad, 'x'])), TypeError));
    test(`${shown} as a Request-URI`, () =>
      assert.throws(() => serialize(createRequest('INVITE', bad, FIELDS)), TypeError));
    test(`${shown} as a method`, () =>
      assert.throws(() => serialize(createRequest(bad, 'sip:b@b', FIELDS)), TypeError));
    test(`${shown} as a reason`, () =>
      assert.throws(() => serialize(createResponse(invite(), 200, bad)), TypeError));
  }
  for (const name of ['X A', 'X:A', '', 'X-é']) {
    test(`"${name}" as a name`, () => assert.throws(() => serialize(invite([name, 'x'])), TypeError));
  }
  for (const uri of ['', 'sip:a b', 'sip:a SIP/2.0']) {
    test(`"${uri}" as a Request-URI`, () =>
      assert.throws(() => serialize(createRequest('INVITE', uri, FIELDS)), TypeError));
  }
  for (const status of [0, 99, 700, 200.5, Number.NaN]) {
    test(`${status} as a status`, () =>
      assert.throws(() => serialize(createResponse(invite(), status, 'x')), TypeError));
  }
});

describe('a response', () => {
  const names = (status: number, tag?: string) =>
    [...createResponse(invite(), status, undefined, tag).headers].map(
      ({ name, value }) => `${name}: ${value}`,
    );

  test('copies Via, From, To, Call-ID and CSeq in their order, and tags To', () => {
    assert.deepEqual(names(200, 'ours'), [
      'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
      'Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK2',
      'From: <sip:a@example.com>;tag=1',
      'To: <sip:b@example.com>;tag=ours',
      'Call-ID: 1@example.com',
      'CSeq: 1 INVITE',
    ]);
  });

  test('a 100 copies Timestamp and adds no tag', () => {
    assert.ok(names(100, 'ours').includes('Timestamp: 54'));
    assert.ok(names(100, 'ours').includes('To: <sip:b@example.com>'));
  });

  test('a tag that To has already stays', () => {
    const request = invite();
    request.headers.set('To', '<sip:b@example.com>;tag=theirs');
    assert.equal(
      createResponse(request, 200, 'OK', 'ours').headers.get('To'),
      '<sip:b@example.com>;tag=theirs',
    );
  });

  test('changing it does not change the request', () => {
    const request = invite();
    createResponse(request, 200).headers.set('Via', 'changed');
    assert.equal(request.headers.all('Via').length, 2);
  });

  test('can be made for a request that lacks fields', () => {
    const partial = parseMessage(Buffer.from('INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n\r\n'));
    assert.equal(partial.kind, 'request');
    if (partial.kind === 'request')
      assert.match(serialize(createResponse(partial, 400)).toString(), /^SIP\/2\.0 400 Bad Request\r\nVia/);
  });

  test('has the usual phrase, or its class’s', () => {
    assert.equal(reasonPhrase(486), 'Busy Here');
    assert.equal(reasonPhrase(499), 'Bad Request');
    assert.equal(reasonPhrase(199), 'Early Dialog Terminated');
  });
});
