import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { ConfigError, parseConfig } from '../../../gateway/config/load.ts';
import type { Site } from '../../../gateway/config/schema.ts';

/** A site of one file, its further lines given. */
function read(...lines: string[]): Site {
  const yaml = ['sites:', '  - domain: mysite.ru', '    origins: ["*"]', ...lines.map(line => `    ${line}`)];
  return parseConfig(yaml.join('\n'), 'gateway.yaml').sites[0]!;
}

function problems(...lines: string[]): string {
  try {
    read(...lines);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.join('\n');
  }
  assert.fail('the configuration was accepted');
}

test('a list may have both names and objects', () => {
  const { callable } = read(
    'callable:',
    '  - alex',
    '  - { user: Director, name: Anna Petrova, title: Director, photo: photos/anna.jpg, phone: "+7 495 100-00-00" }',
    '  - { user: 101, mail: office@mysite.ru }',
    '  - { user: seminar, mail: false }',
  );
  assert.deepEqual(callable, [
    { user: 'alex', mail: 'alex@mysite.ru' },
    {
      user: 'director',
      name: 'Anna Petrova',
      title: 'Director',
      photo: resolve('photos/anna.jpg'),
      phone: '+7 495 100-00-00',
      mail: 'director@mysite.ru',
    },
    { user: '101', mail: 'office@mysite.ru' },
    { user: 'seminar', mail: undefined },
  ]);
});

test('opening hours become minutes of each day, Monday first', () => {
  const { hours } = read(
    'callable: [alex]',
    'hours:',
    '  zone: Europe/Moscow',
    '  mon-thu: "09:00-13:00, 14:00-18:00"',
    '  fri: [14:00-16:00, 09:00-13:00]',
    '  sat, sun: 22:00-02:00',
    '  holidays: [2026-01-01]',
  );
  const workday = [
    { from: 540, to: 780 },
    { from: 840, to: 1080 },
  ];
  const friday = [workday[0], { from: 840, to: 960 }];
  const night = [{ from: 1320, to: 1560 }];
  assert.deepEqual(hours, {
    zone: 'Europe/Moscow',
    week: [workday, workday, workday, workday, friday, night, night],
    holidays: ['2026-01-01'],
  });
});

test('fallbacks keep the order of the file, as an object and as a list', () => {
  const expected = [
    { kind: 'mail', mail: 'office@mysite.ru' },
    { kind: 'callback', url: undefined },
    { kind: 'person', user: '101' },
    { kind: 'hotline', phone: '+7 800 200-00-00' },
  ];
  const written = 'mail: office@mysite.ru, callback: true, person: 101, hotline: "+7 800 200-00-00"';
  assert.deepEqual(read('callable: [101]', `fallbacks: { ${written} }`).fallbacks, expected);
  const list = written.replaceAll(', ', ' }, { ');
  assert.deepEqual(read('callable: [101]', `fallbacks: [{ ${list} }]`).fallbacks, expected);
});

test('a callback has the URL of the file', () => {
  const { fallbacks } = read('callable: [alex]', 'fallbacks: { callback: "https://crm.mysite.ru/in?key=1" }');
  assert.deepEqual(fallbacks, [{ kind: 'callback', url: 'https://crm.mysite.ru/in?key=1' }]);
});

for (const [lines, problem] of [
  [
    ['callable:', '  - { user: "500&SIP/x" }'],
    '5: sites.1.callable.1.user: expected letters, digits, dots, dashes or underscores, such as director or 101, got "500&sip/x"',
  ],
  [['callable:', '  - alex', '  - { name: Anna }'], '6: sites.1.callable.2 (Anna).user: missing'],
  [['callable:', '  - { user: a, nmae: Anna }'], '5: sites.1.callable.1 (a).nmae: no such key'],
  [['callable: [a, b, A]'], '4: sites.1.callable.3: is in the list twice, got "a"'],
  [
    ['callable:', '  - [a]'],
    '5: sites.1.callable.1: expected a name such as director, or { user: director, name: ..., title: ... }, got ["a"]',
  ],
  [
    ['callable:', '  - { user: a, photo: ../../etc/anna.jpg }'],
    '5: sites.1.callable.1 (a).photo: expected an https URL, or a picture beside this file such as photos/director.jpg, got "../../etc/anna.jpg"',
  ],
  [
    ['callable:', '  - { user: a, phone: 84951000000 }'],
    '5: sites.1.callable.1 (a).phone: expected a telephone number in quotes, such as "+7 800 200-00-00", got 84951000000',
  ],
  [['callable: [a]', 'hours: { mon: 09:00-18:00 }'], '5: sites.1.hours.zone: missing'],
  [
    ['callable: [a]', 'hours: { zone: Moscow, mon: 09:00-18:00 }'],
    '5: sites.1.hours.zone: expected a time zone of the IANA list, such as Europe/Moscow, got "Moscow"',
  ],
  [
    ['callable: [a]', 'hours: { zone: +03:00, mon: 09:00-18:00 }'],
    '5: sites.1.hours.zone: expected a time zone of the IANA list, such as Europe/Moscow, got "+03:00"',
  ],
  [
    ['callable: [a]', 'hours:', '  zone: Europe/Moscow', '  monday: 09:00-18:00'],
    '7: sites.1.hours.monday: expected days such as mon, mon-fri or sat-sun, or one of zone and holidays, got "09:00-18:00"',
  ],
  [
    ['callable: [a]', 'hours:', '  zone: Europe/Moscow', '  mon-fri: 9-18'],
    '7: sites.1.hours.mon-fri: expected times such as 09:00-18:00, or several: "09:00-13:00, 14:00-18:00", got "9-18"',
  ],
  [
    ['callable: [a]', 'hours:', '  zone: Europe/Moscow', '  mon-fri: 09:00-18:00', '  fri: 09:00-16:00'],
    '8: sites.1.hours.fri: fri is in two lines, got "09:00-16:00"',
  ],
  [
    ['callable: [a]', 'hours: { zone: Europe/Moscow, mon: 09:00-18:00, holidays: [2026-02-30] }'],
    '5: sites.1.hours.holidays.1: expected a date such as 2026-01-01, got "2026-02-30"',
  ],
  [
    ['callable: [a]', 'hours: { zone: Europe/Moscow }'],
    '5: sites.1.hours: expected at least one line of opening times, such as mon-fri: 09:00-18:00, got {"zone":"Europe/Moscow"}',
  ],
  [
    ['callable: [a]', 'fallbacks: { person: alex }'],
    '5: sites.1.fallbacks: expected a person that is in callable, got "alex"',
  ],
  [
    ['callable: [a]', 'fallbacks: { fax: 1 }'],
    '5: sites.1.fallbacks.fax: expected person, hotline, mail or callback, got "fax"',
  ],
  [
    ['callable: [a]', 'fallbacks:', '  - { person: a }', '  - { callback: "http://crm.mysite.ru" }'],
    '7: sites.1.fallbacks.2.callback: expected an https URL, or true to log the requests, got "http://crm.mysite.ru"',
  ],
  [
    ['callable: [a]', 'fallbacks: { mail: "a@b?subject=x" }'],
    '5: sites.1.fallbacks.mail: expected a mail address such as office@mysite.ru, got "a@b?subject=x"',
  ],
] as const) {
  test(`refused: ${problem.split(': ').slice(1).join(': ')}`, () => {
    assert.equal(problems(...lines), `gateway.yaml:${problem}`);
  });
}

test('the name of the echo test is reserved', () => {
  assert.match(problems('callable: [alex, Echo-Test]'), /callable\.2: .*reserved for the sound test/);
});
