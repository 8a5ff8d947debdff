import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configFrom } from '../../../gateway/config/load.ts';
import { directoryOf } from '../../../gateway/directory/directory.ts';
import { cardOf } from '../../../gateway/directory/people.ts';

const PAGE = { origin: 'https://mysite.ru' };
const OWN = { origin: 'https://call.gateway.ru', ownPage: true };
const config = configFrom({
  sites: [
    { domain: 'mysite.ru', origins: [PAGE.origin], callable: ['director', 101] },
    { domain: 'closed.ru', origins: [PAGE.origin], callable: ['director'], pages: false },
    { domain: 'other.ru', origins: ['*'], callable: ['sales'] },
  ],
});
const directory = directoryOf(config);

test('a listed person of a site is callable from its pages, by an address built here', () => {
  assert.deepEqual(directory.destination('sip:director@mysite.ru', PAGE), {
    domain: 'mysite.ru',
    user: 'director',
    uri: 'sip:director@mysite.ru',
    sendsVisitorAddress: true,
  });
  assert.equal(directory.destination('sip:%64irector@MySite.ru', PAGE)?.uri, 'sip:director@mysite.ru');
  assert.equal(
    directory.destination('sip:sales@other.ru', { origin: 'https://anywhere.example' })?.user,
    'sales',
  );
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
  test(`"${uri}" selects no destination`, () => {
    assert.equal(directory.destination(uri, PAGE), undefined);
  });
}

test('a page of the gateway itself may call each person of a site with pages', () => {
  assert.equal(directory.destination('sip:director@mysite.ru', OWN)?.user, 'director');
  assert.equal(directory.destination('sip:director@closed.ru', OWN), undefined);
  assert.equal(directory.destination('sip:director@closed.ru', PAGE)?.user, 'director');
});

test('a page of another site selects no destination', () => {
  assert.equal(
    directory.destination('sip:director@mysite.ru', { origin: 'https://evil.example' }),
    undefined,
  );
});

test('the echo test of a site is callable from its pages, unlisted', () => {
  assert.equal(directory.destination('sip:echo-test@mysite.ru', PAGE)?.user, 'echo-test');
  assert.equal(directory.destination('sip:Echo-Test@mysite.ru', OWN)?.user, 'echo-test');
  assert.equal(
    directory.destination('sip:echo-test@mysite.ru', { origin: 'https://evil.example' }),
    undefined,
  );
  assert.equal(directory.destination('sip:echo-test@elsewhere.ru', PAGE), undefined);
});

test('domains and people are found by their names, once for each configuration', () => {
  assert.equal(directoryOf(config), directory);
  assert.equal(directory.site('mysite.ru')?.domain, 'mysite.ru');
  assert.equal(directory.person('mysite.ru', '101')?.user, '101');
  assert.equal(directory.person('mysite.ru', 'sales'), undefined);
  assert.equal(directory.person('elsewhere.ru', 'director'), undefined);
  assert.equal(directory.personWithPages('closed.ru', 'director'), undefined);
});

test('the sites of a page are those that list its origin, and those with pages for one of the gateway', () => {
  const domains = (page: { origin: string; ownPage?: boolean }) =>
    directory.sitesOf(page).map(one => one.domain);
  assert.deepEqual(domains(PAGE), ['mysite.ru', 'closed.ru', 'other.ru']);
  assert.deepEqual(domains(OWN), ['mysite.ru', 'other.ru']);
  assert.equal(directory.isListed('https://evil.example'), true);
  assert.equal(directory.isNamed('https://evil.example'), false);
  assert.equal(directory.isNamed(PAGE.origin), true);
});

test('a card shows the user in place of a name, and the path of a photograph on the gateway', () => {
  const card = cardOf(
    directoryOf(
      configFrom({
        sites: [{ domain: 'mysite.ru', origins: ['*'], callable: [{ user: 'alex', photo: 'a.jpg' }] }],
      }),
    ),
    'alex@mysite.ru',
  );
  assert.equal(card?.person.name, 'alex');
  assert.equal(card?.person.photo, '/card/alex@mysite.ru/photo');
  assert.equal(card?.photoFile, 'a.jpg');
  assert.equal(cardOf(directory, 'director@closed.ru'), undefined);
  assert.equal(cardOf(directory, 'director@mysite.ru@mysite.ru'), undefined);
});
