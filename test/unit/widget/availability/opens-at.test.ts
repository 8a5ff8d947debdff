import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opensAt } from '../../../../widget/availability/opens-at.ts';

/** Removes what differs between versions of ICU: commas, leading zeros, kinds of spaces. */
const plain = (text: string) =>
  text
    .replace(/,| в| at/g, '')
    .replace(/\s/g, ' ')
    .replace(/\b0(?=\d:)/, '');

for (const [what, instant, now, locale, zone, expected] of [
  ['today: the time', '2026-11-25T11:00Z', '2026-11-25T09:00Z', 'en-GB', 'Europe/Moscow', '14:00'],
  ['tomorrow: its day', '2026-11-26T06:00Z', '2026-11-25T16:00Z', 'en-GB', 'Europe/Moscow', 'Thu 09:00'],
  ['by American habit', '2026-11-26T06:00Z', '2026-11-25T16:00Z', 'en-US', 'Europe/Moscow', 'Thu 9:00 AM'],
  ['in Russian', '2026-11-30T06:00Z', '2026-11-27T16:00Z', 'ru', 'Europe/Moscow', 'пн, 09:00'],
  // Monday morning in Moscow is Sunday night in New York.
  [
    "in the visitor's zone",
    '2026-11-30T06:00Z',
    '2026-11-27T16:00Z',
    'en-GB',
    'America/New_York',
    'Mon 01:00',
  ],
  [
    'where it is tomorrow already',
    '2026-11-25T22:30Z',
    '2026-11-25T20:00Z',
    'en-GB',
    'Asia/Kolkata',
    '04:00',
  ],
  ['over midnight there', '2026-11-25T19:00Z', '2026-11-25T18:00Z', 'en-GB', 'Asia/Kolkata', 'Thu 00:30'],
  [
    'in a week: not this weekday',
    '2026-12-02T06:00Z',
    '2026-11-25T06:00Z',
    'ru',
    'Europe/Moscow',
    '2 декабря в 09:00',
  ],
] as const) {
  test(`${what}: ${expected}`, () => {
    const said = opensAt(Date.parse(instant), Date.parse(now), [locale], zone);
    assert.equal(plain(said), plain(expected));
  });
}
