// The key `hours`: when a site or a person takes calls.
//
//   hours: { zone: Europe/Moscow, mon-fri: "09:00-13:00, 14:00-18:00", sat: 10:00-14:00, holidays: [2026-01-01] }
//
// Reads the grammar only; gateway/availability/opening-hours.ts compares it with the clock.

import { z } from 'zod';
import { key } from './key.ts';

/** Minutes after midnight of the day; `to` is above `from`, and above 1440 when the span ends on the next day. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Hours {
  /** IANA name, such as `Europe/Moscow`. */
  readonly zone: string;
  /** Seven lists, Monday first, each in order. */
  readonly week: readonly (readonly Span[])[];
  /** Days without calls, as `2026-01-01`. */
  readonly holidays: readonly string[];
}

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

const zone = key(
  z.string('expected a time zone such as Europe/Moscow').refine(isZone, {
    message: 'expected a time zone of the IANA list, such as Europe/Moscow',
  }),
  'Time zone of the opening times.',
  { form: 'IANA time zone', examples: ['Europe/Moscow'] },
);

const holiday = z.string('expected a date such as 2026-01-01').refine(isDate, {
  message: 'expected a date such as 2026-01-01',
});

const holidays = key(
  z.array(holiday, 'expected a list of dates such as [2026-01-01]').default([]),
  'Days on which no opening begins.',
  { form: 'list of dates, YYYY-MM-DD', examples: [['2026-01-01', '2026-05-09']] },
);

const times = key(
  z.union([z.string(), z.array(z.string())]),
  'Opening times of these days: one range or several. A range whose end is before its beginning ends on the next day.',
  {
    title: 'mon, mon-fri, "sat, sun"',
    form: 'HH:MM-HH:MM, several separated by commas or as a list',
    examples: ['09:00-18:00', '09:00-13:00, 14:00-18:00'],
  },
);

/** The accepted input. */
export const writtenHours = z.object({ zone, holidays }).catchall(times);

export const hours = z
  .looseObject({ zone, holidays }, 'expected hours such as { zone: Europe/Moscow, mon-fri: 09:00-18:00 }')
  .transform(({ zone, holidays, ...lines }, context): Hours => {
    const week: Span[][] = days.map(() => []);
    const taken = new Set<number>();
    for (const [key, value] of Object.entries(lines)) {
      const addIssue = (message: string) =>
        context.addIssue({ code: 'custom', path: [key], message, input: value });
      const named = daysOf(key);
      if (!named) {
        addIssue('expected days such as mon, mon-fri or sat-sun, or one of zone and holidays');
        continue;
      }
      const twice = named.find(day => taken.has(day));
      if (twice !== undefined) addIssue(`${days[twice]} is in two lines`);
      const spans = spansOf(value);
      if (!spans) addIssue('expected times such as 09:00-18:00, or several: "09:00-13:00, 14:00-18:00"');
      for (const day of named) {
        taken.add(day);
        week[day]?.push(...(spans ?? []));
      }
    }
    if (Object.keys(lines).length === 0) {
      context.addIssue({
        code: 'custom',
        message: 'expected at least one line of opening times, such as mon-fri: 09:00-18:00',
        input: { zone },
      });
    }
    return { zone, week, holidays };
  });

/** The days of `mon`, `mon-fri`, `sat-mon` or `mon, wed`; Monday is 0. */
function daysOf(key: string): number[] | undefined {
  const found: number[] = [];
  for (const part of key.toLowerCase().split(',')) {
    const [first = '', last = first, ...rest] = part.split('-').map(name => days.indexOf(name.trim()));
    if (typeof first === 'string' || typeof last === 'string' || first < 0 || last < 0 || rest.length > 0) {
      return undefined;
    }
    for (let day = first; ; day = (day + 1) % 7) {
      found.push(day);
      if (day === last) break;
    }
  }
  return found;
}

function spansOf(value: unknown): Span[] | undefined {
  const texts = Array.isArray(value) ? value : String(value).split(',');
  const spans: Span[] = [];
  for (const text of texts) {
    const match = /^\s*(\d{1,2}):([0-5]\d)\s*[-–]\s*(\d{1,2}):([0-5]\d)\s*$/.exec(String(text));
    if (!match) return undefined;
    const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = match.slice(1).map(Number);
    const from = fromHour * 60 + fromMinute;
    const to = toHour * 60 + toMinute;
    if (from >= 1440 || to > 1440 || from === to) return undefined;
    // An end before the beginning is on the next day.
    spans.push({ from, to: to > from ? to : to + 1440 });
  }
  return spans.sort((a, b) => a.from - b.from);
}

function isZone(text: string): boolean {
  // Intl also accepts offsets such as +03:00; they have no daylight saving time.
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
