// What the clocks of a town show, and when they will show it: instants to wall time and back, by Intl alone.

const formats = new Map<string, Intl.DateTimeFormat>();

const DAY_MS = 86_400_000;

/** What the clock on a wall in `zone` shows at an instant: milliseconds as `Date.UTC` counts, to the second. */
export function wallTime(instant: number, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    const digits = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
    const time = { hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const;
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'gregory', ...digits, ...time });
    formats.set(zone, format);
  }
  const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of format.formatToParts(instant)) shown[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * The instant at which that clock shows `wall`. A time that is shown twice, when clocks go back, means the first;
 * one that is skipped, when they go forward, means as much later as was skipped.
 */
export function instantOf(wall: number, zone: string): number {
  const offsetAt = (instant: number) => wallTime(instant, zone) - instant;
  const before = wall - offsetAt(wall - DAY_MS);
  const after = wall - offsetAt(wall + DAY_MS);
  return wallTime(before, zone) !== wall && wallTime(after, zone) === wall ? after : before;
}
