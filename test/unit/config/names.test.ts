// Names and origins as people type them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asciiAddress, asciiHost, readableHost } from '../../../gateway/config/host-name.ts';
import { configFrom } from '../../../gateway/config/load.ts';
import { isListed, isNamed } from '../../../gateway/config/origin.ts';
import { cpuTime } from '../engine/message/cpu-time.ts';

const COMPANY = 'xn--80aqeigdi5k.xn--p1ai';

for (const [typed, ascii] of [
  ['компания.рф', COMPANY],
  ['КОМПАНИЯ.РФ', COMPANY],
  ['компания.рф.', COMPANY],
  ['компания。рф', COMPANY],
  ['компания．рф', COMPANY],
  [COMPANY.toUpperCase(), COMPANY],
  ['MySite.RU.', 'mysite.ru'],
  ['mysite．ru', 'mysite.ru'],
  ['उदाहरण.भारत', 'xn--p1b6ci4b4b3a.xn--h2brj9c'],
  ['straße.de', 'xn--strae-oqa.de'],
  ['10.1', '10.1'],
  ['a b', undefined],
  ['-a.ru', undefined],
  ['', undefined],
  ['.', undefined],
  ['mysite..ru', undefined],
  [`${'a'.repeat(64)}.ru`, undefined],
  [`${'a.'.repeat(127)}ru`, undefined],
] as const) {
  test(`the name ${typed.slice(0, 30)} is ${ascii?.slice(0, 40) ?? 'none'}`, () => {
    assert.equal(asciiHost(typed), ascii);
  });
}

test('a very long name takes no time', () => {
  assert.ok(cpuTime(() => void asciiHost('я'.repeat(1_000_000))) < 500);
  assert.ok(cpuTime(() => void asciiAddress(`${'я@'.repeat(50_000)}!`)) < 500);
});

for (const [typed, ascii] of [
  ['director@компания.рф', `director@${COMPANY}`],
  ['sip:director@компания.рф;transport=tcp', `sip:director@${COMPANY};transport=tcp`],
  ['sips:компания.рф:5061', `sips:${COMPANY}:5061`],
  ['sip:director@mysite.ru.', 'sip:director@mysite.ru'],
  ['sip:director@[2001:db8::1]:5060', 'sip:director@[2001:db8::1]:5060'],
  ['director', 'director'],
] as const) {
  test(`the address ${typed} is ${ascii}`, () => assert.equal(asciiAddress(typed), ascii));
}

test('people read a name in their own letters', () => {
  assert.equal(readableHost(COMPANY), 'компания.рф');
  assert.equal(readableHost('mysite.ru'), 'mysite.ru');
});

test('a site is written in any script; what is made of it is ASCII', () => {
  const { sites, url } = configFrom({
    url: 'https://звонок.компания.рф',
    sites: [
      {
        domain: 'Компания.рф',
        origins: ['https://компания.рф', 'https://*.компания.рф', 'HTTPS://MySite.ru:443'],
        callable: [{ user: 'director', mail: 'office@компания.рф' }],
        fallbacks: { mail: 'info@компания.рф' },
      },
    ],
  });
  assert.equal(url, 'https://xn--b1ajkleb.xn--80aqeigdi5k.xn--p1ai');
  const [site] = sites;
  assert.equal(site?.domain, COMPANY);
  assert.deepEqual(site?.origins, [`https://${COMPANY}`, `https://*.${COMPANY}`, 'https://mysite.ru']);
  assert.equal(site?.callable[0]?.mail, `office@${COMPANY}`);
  assert.deepEqual(site?.fallbacks, [{ kind: 'mail', mail: `info@${COMPANY}` }]);
});

for (const [listed, page, expected] of [
  ['https://*.mysite.ru', 'https://www.mysite.ru', true],
  ['https://*.mysite.ru', 'https://a.b.mysite.ru', true],
  ['https://*.mysite.ru', 'https://mysite.ru', false],
  ['https://*.mysite.ru', 'https://evilmysite.ru', false],
  ['https://*.mysite.ru', 'https://www.mysite.ru.evil.ru', false],
  ['https://*.mysite.ru', 'http://www.mysite.ru', false],
  ['https://*.mysite.ru', 'https://www.mysite.ru:8443', false],
  ['https://*.mysite.ru', 'https://*.mysite.ru', false],
  ['https://*.mysite.ru', 'https://.mysite.ru', false],
  ['https://*.mysite.ru:8443', 'https://www.mysite.ru:8443', true],
  ['https://mysite.ru', 'https://mysite.ru.', true],
  ['https://mysite.ru', 'https://www.mysite.ru', false],
  ['*', 'https://anywhere.example', true],
  ['*', 'null', true],
] as const) {
  test(`where ${listed} is listed, pages of ${page} ${expected ? 'may call' : 'may not'}`, () => {
    assert.equal(isListed([listed], page), expected);
  });
}

test('* allows every page and names no particular one', () => {
  assert.equal(isNamed(['*'], 'https://mysite.ru', 'mysite.ru'), false);
  assert.equal(isNamed(['*'], '*', 'mysite.ru'), false);
  assert.equal(isNamed(['*', 'https://*.mysite.ru'], 'https://www.mysite.ru', 'mysite.ru'), true);
});

for (const [listed, page, expected] of [
  ['https://*.mysite.ru', 'https://www.mysite.ru', true],
  ['https://*.mysite.ru:8443', 'https://www.mysite.ru:8443', true],
  ['https://*.shop.mysite.ru', 'https://a.shop.mysite.ru', true],
  // A hoster that no list has: strangers have pages there too.
  ['https://*.pages.hoster.example', 'https://stranger.pages.hoster.example', false],
  ['https://*.notmysite.ru', 'https://a.notmysite.ru', false],
  ['https://brand.example', 'https://brand.example', true],
] as const) {
  test(`where ${listed} is listed for mysite.ru, pages of ${page} are ${expected ? 'named' : 'not named'} by it`, () => {
    assert.equal(isListed([listed], page), true);
    assert.equal(isNamed([listed], page, 'mysite.ru'), expected);
  });
}

for (const [origin, words] of [
  ['https://*.ru', /names under ru belong to others/],
  ['https://*.co.uk', /names under co\.uk/],
  ['https://*.com.ru', /names under com\.ru/],
  ['https://*.github.io', /names under github\.io/],
  ['https://*.рф', /names under xn--p1ai/],
  ['https://*', /a wildcard for whole labels/],
  ['https://*.127.0.0.1', /belong to others/],
  ['https://www*.mysite.ru', /a wildcard for whole labels/],
  ['https://www.*.ru', /a wildcard for whole labels/],
  ['https://*.mysite.ru:*', /expected an origin/],
  ['*.mysite.ru', /expected an origin/],
  ['https://mysite.ru/', /expected an origin/],
  ['https://user@mysite.ru', /expected an origin/],
  ['null', /expected an origin/],
] as const) {
  test(`the origin ${origin} is refused with a reason`, () => {
    const site = { domain: 'mysite.ru', origins: [origin], callable: ['a'] };
    assert.throws(() => configFrom({ sites: [site] }), words);
  });
}
