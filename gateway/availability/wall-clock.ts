// Converts instants to the wall time of a time zone and back, with Intl only.

const formats = new Map<string, Intl.DateTimeFormat>();

const DAY_MS = 86_400_000;

/** The wall time in `zone` at an instant: milliseconds as in `Date.UTC`, to the second. */
export function wallTime(instant: number, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    const digits = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
    const time = { hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const;
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'gregory', ...digits, ...time });
    formats.set(zone, format);
  }
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of format.formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * The instant of the wall time `wall`. When clocks go back, a time that occurs twice means the first. When clocks go
 * forward, a time that is skipped means the same duration after the change.
 */
export function instantOf(wall: number, zone: string): number {
  const offsetAt = (instant: number) => wallTime(instant, zone) - instant;
  const before = wall - offsetAt(wall - DAY_MS);
  const after = wall - offsetAt(wall + DAY_MS);
  return wallTime(before, zone) !== wall && wallTime(after, zone) === wall ? after : before;
}
