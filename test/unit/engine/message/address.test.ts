import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAddress, parseAddress, tagOf, withTag } from '../../../../gateway/engine/message/address.ts';
import { cpuTime } from './cpu-time.ts';

test('name, URI and parameters are found', () => {
  assert.deepEqual(parseAddress('"A. \\"G.\\" <Bell>" <sip:a@example.com;lr?x=y> ; tag = a48s ;x'), {
    displayName: 'A. "G." <Bell>',
    uri: 'sip:a@example.com;lr?x=y',
    params: new Map([
      ['tag', 'a48s'],
      ['x', ''],
    ]),
  });
});

test('without angle brackets the parameters are the header’s', () => {
  const address = parseAddress('sip:+12125551212@server.phone2net.com;tag=887s');
  assert.equal(address?.uri, 'sip:+12125551212@server.phone2net.com');
  assert.equal(address?.params.get('tag'), '887s');
});

test('an unquoted name in any script is accepted', () => {
  assert.equal(parseAddress('Анна Павлова <sip:anna@example.com>')?.displayName, 'Анна Павлова');
});

test('an empty quoted name is an empty name', () => {
  assert.deepEqual(parseAddress('"" <sip:a@b>')?.uri, 'sip:a@b');
});

for (const value of [
  '',
  'Bell, Alexander <sip:a@b>',
  '"Mr. J. User <sip:j.user@example.com>',
  '"a" b <sip:a@b>',
  '"a" sip:a@b',
  '<sip:a@b',
  '<>',
  'sip:a@b?Route=x',
  'sip:a@b,sip:c@d',
  '<sip:a@b>;;tag=1',
  '<sip:a@b>;tag=1;tag=2',
  '<sip:a@b>;tag=',
  '<sip:a@b> tag=1',
  '<sip:a b@c>',
  'nothing',
]) {
  test(`${JSON.stringify(value)} is refused`, () => assert.equal(parseAddress(value), undefined));
}

for (const [value, tag] of [
  ['<sip:a@b>;tag=1', '1'],
  ['sip:a@b;tag=1;x', '1'],
  ['sip:a@b ; x=y ; TAG = 1 ; z', '1'],
  ['"x;tag=no" <sip:a@b;tag=no>;tag=yes', 'yes'],
  ['"x>;tag=no" <sip:a@b>', undefined],
  ['<sip:a@b;tag=no>', undefined],
  ['<sip:a@b>;x=";tag=no";tag=yes', 'yes'],
  ['<sip:a@b>;stag=no;tagx=no;tag=yes', 'yes'],
  ['<sip:a@b>;tag', undefined],
  ['<sip:a@b>;tag=', undefined],
  ['"unclosed <sip:a@b>;tag=1', undefined],
] as const) {
  test(`the tag of ${value} is ${tag}`, () => assert.equal(tagOf(value), tag));
}

for (const [before, after] of [
  ['<sip:a@b>', '<sip:a@b>;tag=new'],
  ['sip:a@b', 'sip:a@b;tag=new'],
  ['<sip:a@b>;tag=old;x', '<sip:a@b>;tag=new;x'],
  ['"x;tag=y" <sip:a@b;tag=z>;p', '"x;tag=y" <sip:a@b;tag=z>;p;tag=new'],
] as const) {
  test(`${before} with a new tag is ${after}`, () => {
    assert.equal(withTag(before, 'new'), after);
    assert.equal(tagOf(after), 'new');
  });
}

test('a formatted address parses back as itself', () => {
  const address = {
    displayName: 'a "b\\" <c>, д',
    uri: 'sip:x@y;lr',
    params: new Map([
      ['q', '0.5'],
      ['+sip.instance', '"<urn:uuid:1>"'],
      ['ob', ''],
    ]),
  };
  assert.deepEqual(parseAddress(formatAddress(address)), address);
});

test('60 kB of anything take less than 20 ms', () => {
  for (const text of ['"', '<', '>', ';', '\\', ' ', '\t', ';a', ';tag', '"a"', '\\"', '<>', ',']) {
    for (const prefix of ['', '"', '<sip:a@b>', '<sip:a@b>;x=']) {
      const value = prefix + text.repeat(60_000 / text.length);
      assert.ok(cpuTime(() => parseAddress(value)) < 20, text);
      assert.ok(cpuTime(() => tagOf(value)) < 20, text);
    }
  }
});
