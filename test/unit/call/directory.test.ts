import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDirectory } from '../../../gateway/call/directory.ts';
import { configFrom } from '../../../gateway/config/load.ts';

const PAGE = 'https://mysite.ru';
const directory = createDirectory(
  configFrom({
    sites: [
      { domain: 'mysite.ru', origins: [PAGE], callable: ['director', 101] },
      { domain: 'other.ru', origins: ['*'], callable: ['sales'] },
    ],
  }),
);

test('a listed person of a site is callable from its pages, by an address built here', () => {
  assert.deepEqual(directory('sip:director@mysite.ru', PAGE), {
    domain: 'mysite.ru',
    user: 'director',
    uri: 'sip:director@mysite.ru',
  });
  assert.equal(directory('sip:%64irector@MySite.ru', PAGE)?.uri, 'sip:director@mysite.ru');
  assert.equal(directory('sip:sales@other.ru', 'https://anywhere.example')?.user, 'sales');
});

for (const uri of [
  'sip:alex@mysite.ru',
  'sip:director@other.ru',
  'sip:director@evil.example',
  'sip:+14165551212@mysite.ru',
  'sip:%2B14165551212@mysite.ru',
  'sip:%252B14165551212@mysite.ru',
  'sip:500&SIP/x/1@mysite.ru',
  'tel:+14165551212',
  'sip:mysite.ru',
  'sip:director@mysite.ru:5062',
  'sip:director@mysite.ru;maddr=10.0.0.1',
  'sip:director@mysite.ru;transport=tcp',
  'sip:director@mysite.ru?Route=%3Csip:evil.example%3E',
  'sip:director:secret@mysite.ru',
  'not a uri',
  '',
]) {
  test(`"${uri}" selects nobody`, () => {
    assert.equal(directory(uri, PAGE), undefined);
  });
}

test('a page of another site selects nobody', () => {
  assert.equal(directory('sip:director@mysite.ru', 'https://evil.example'), undefined);
});
