// Whether an office is open at an instant, and when it opens next. Pure functions; config/hours.ts parses the hours.

import type { Hours } from '../config/hours.ts';
import { instantOf, wallTime } from './wall-clock.ts';

/** `opensAt` in milliseconds since 1970; absent when the office does not open within a year. */
export type Opening = { readonly open: true } | { readonly open: false; readonly opensAt?: number };

const DAY_MS = 86_400_000;
const DAYS_AHEAD = 366;

export function openingAt({ zone, week, holidays }: Hours, instant: number): Opening {
  const wall = wallTime(instant, zone);
  const today = wall - (wall % DAY_MS);
  // A span of yesterday may end after midnight. On a holiday no span begins; a span of the day before ends as usual.
  for (let day = today - DAY_MS; day <= today + DAYS_AHEAD * DAY_MS; day += DAY_MS) {
    const date = new Date(day);
    if (holidays.includes(date.toISOString().slice(0, 10))) continue;
    for (const { from, to } of week[(date.getUTCDay() + 6) % 7] ?? []) {
      if (instant >= instantOf(day + to * 60_000, zone)) continue;
      const opensAt = instantOf(day + from * 60_000, zone);
      return instant >= opensAt ? { open: true } : { open: false, opensAt };
    }
  }
  return { open: false };
}
