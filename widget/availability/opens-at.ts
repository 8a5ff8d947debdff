// Formats the time at which an office opens, in the visitor's time zone and format.

/** `14:00` today, `Mon 9:00 AM` within a week, `January 11 at 9:00 AM` later. */
export function opensAt(instant: number, now: number, locales: readonly string[], timeZone?: string): string {
  const day = (time: number) =>
    new Intl.DateTimeFormat('en', { dateStyle: 'short', timeZone }).format(new Date(time));
  const time = { hour: 'numeric', minute: '2-digit', timeZone } as const;
  const soon = instant - now < 6 * 86_400_000;
  const date =
    day(instant) === day(now)
      ? {}
      : soon
        ? { weekday: 'short' as const }
        : ({ day: 'numeric', month: 'long' } as const);
  return new Intl.DateTimeFormat([...locales], { ...date, ...time }).format(new Date(instant));
}
