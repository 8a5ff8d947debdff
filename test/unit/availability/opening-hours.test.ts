import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openingAt } from '../../../gateway/availability/opening-hours.ts';
import { parseConfig } from '../../../gateway/config/load.ts';

/** The hours of the configuration -> `open`, or the opening instant in UTC, or `shut`. */
function at(hours: string, instant: string): string {
  const site = `{domain: mysite.ru, origins: ["*"], callable: [a], hours: ${hours}}`;
  const opening = openingAt(
    parseConfig(`sites: [${site}]`, 'gateway.yaml').sites[0]!.hours!,
    Date.parse(instant),
  );
  if (opening.open) return 'open';
  return opening.opensAt === undefined
    ? 'shut'
    : new Date(opening.opensAt).toISOString().replace(':00.000Z', 'Z');
}

const office = '{zone: Europe/Moscow, mon-fri: "09:00-13:00, 14:00-18:00", holidays: [2026-11-04]}';
const berlin = '{zone: Europe/Berlin, mon-sun: 09:00-18:00}';
const club = '{zone: Europe/Berlin, fri-sat: 22:00-04:00, holidays: [2026-07-11]}';
const night = '{zone: Europe/Berlin, sat-sun: 02:30-05:00}';
const india = '{zone: Asia/Kolkata, mon-fri: 09:30-18:00}';
const lordHowe = '{zone: Australia/Lord_Howe, sun: 01:45-03:00}';
const always = '{zone: Asia/Kathmandu, mon-sun: 00:00-24:00}';

for (const [what, hours, instant, expected] of [
  ['a minute before it opens', office, '2026-11-25T05:59:59Z', '2026-11-25T06:00Z'],
  ['as it opens', office, '2026-11-25T06:00:00Z', 'open'],
  ['at lunch', office, '2026-11-25T10:00:00Z', '2026-11-25T11:00Z'],
  ['the last second', office, '2026-11-25T14:59:59Z', 'open'],
  ['as it closes', office, '2026-11-25T15:00:00Z', '2026-11-26T06:00Z'],
  ['on Friday evening: Monday', office, '2026-11-27T20:00:00Z', '2026-11-30T06:00Z'],
  ['late at night, when it is tomorrow there', office, '2026-11-29T22:00:00Z', '2026-11-30T06:00Z'],
  ['on a holiday', office, '2026-11-04T08:00:00Z', '2026-11-05T06:00Z'],
  ['in winter, Berlin', berlin, '2026-03-28T07:59:00Z', '2026-03-28T08:00Z'],
  ['the evening before clocks go forward', berlin, '2026-03-28T18:00:00Z', '2026-03-29T07:00Z'],
  ['in summer, Berlin', berlin, '2026-07-01T07:00:00Z', 'open'],
  ['the evening before clocks go back', berlin, '2026-10-24T18:00:00Z', '2026-10-25T08:00Z'],
  ['after midnight of a span that began yesterday', club, '2026-07-04T01:59:00Z', 'open'],
  ['as that one ends', club, '2026-07-04T02:00:00Z', '2026-07-04T20:00Z'],
  ['on Sunday before dawn', club, '2026-07-05T01:00:00Z', 'open'],
  ['on a holiday, before dawn of the night that Friday opened', club, '2026-07-11T01:00:00Z', 'open'],
  ['on a holiday evening', club, '2026-07-11T21:00:00Z', '2026-07-17T20:00Z'],
  ['the night that clocks go forward lacks an hour', club, '2026-03-29T01:59:00Z', 'open'],
  ['and ends by the new time', club, '2026-03-29T02:00:00Z', '2026-04-03T20:00Z'],
  ['an opening that is skipped comes as much later', night, '2026-03-29T00:00:00Z', '2026-03-29T01:30Z'],
  ['an opening that is shown twice means the first', night, '2026-10-24T23:00:00Z', '2026-10-25T00:30Z'],
  ['between the two, it is open', night, '2026-10-25T01:10:00Z', 'open'],
  ['half an hour off, India', india, '2026-11-25T03:59:00Z', '2026-11-25T04:00Z'],
  ['half an hour on, India', india, '2026-11-25T12:29:00Z', 'open'],
  ['clocks that go back by half an hour', lordHowe, '2026-04-04T14:44:00Z', '2026-04-04T14:45Z'],
  ['and are open twice over', lordHowe, '2026-04-04T16:29:00Z', 'open'],
  ['and close by the new time', lordHowe, '2026-04-04T16:30:00Z', '2026-04-11T15:15Z'],
  ['around the clock', always, '2026-11-25T18:15:00Z', 'open'],
] as const) {
  test(`${what}: ${expected}`, () => {
    assert.equal(at(hours, instant), expected);
  });
}

test('an office whose every day is a holiday does not open', () => {
  const days = Array.from({ length: 60 }, (_, week) =>
    new Date(Date.UTC(2026, 10, 23) + week * 7 * 86_400_000).toISOString().slice(0, 10),
  );
  assert.equal(at(`{zone: UTC, mon: 09:00-18:00, holidays: [${days}]}`, '2026-11-25T12:00:00Z'), 'shut');
});
