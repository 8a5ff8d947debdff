import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configFrom } from '../../../gateway/config/load.ts';
import { createDirectory } from '../../../gateway/directory/directory.ts';

const PAGE = { origin: 'https://mysite.ru' };
const OWN = { origin: 'https://call.gateway.ru', ownPage: true };
const directory = createDirectory(
  configFrom({
    sites: [
      { domain: 'mysite.ru', origins: [PAGE.origin], callable: ['director', 101] },
      { domain: 'closed.ru', origins: [PAGE.origin], callable: ['director'], pages: false },
      { domain: 'other.ru', origins: ['*'], callable: ['sales'] },
    ],
  }),
);

test('a listed person of a site is callable from its pages, by an address built here', () => {
  assert.deepEqual(directory('sip:director@mysite.ru', PAGE), {
    domain: 'mysite.ru',
    user: 'director',
    uri: 'sip:director@mysite.ru',
    sendsVisitorAddress: true,
  });
  assert.equal(directory('sip:%64irector@MySite.ru', PAGE)?.uri, 'sip:director@mysite.ru');
  assert.equal(directory('sip:sales@other.ru', { origin: 'https://anywhere.example' })?.user, 'sales');
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
  'sips:director@mysite.ru',
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

test('a page of the gateway itself selects anybody, save where a site does not want that', () => {
  assert.equal(directory('sip:director@mysite.ru', OWN)?.user, 'director');
  assert.equal(directory('sip:director@closed.ru', OWN), undefined);
  assert.equal(directory('sip:director@closed.ru', PAGE)?.user, 'director');
});

test('a page of another site selects nobody', () => {
  assert.equal(directory('sip:director@mysite.ru', { origin: 'https://evil.example' }), undefined);
});

test('the echo test of a site is callable from its pages, unlisted', () => {
  assert.equal(directory('sip:echo-test@mysite.ru', PAGE)?.user, 'echo-test');
  assert.equal(directory('sip:Echo-Test@mysite.ru', OWN)?.user, 'echo-test');
  assert.equal(directory('sip:echo-test@mysite.ru', { origin: 'https://evil.example' }), undefined);
  assert.equal(directory('sip:echo-test@elsewhere.ru', PAGE), undefined);
});
