// How much of the telephones visitors may take, as an owner writes it: calls at once, calls a minute, minutes a day; of
// one address, one site, one person, and all together. What is absent has no bound.
//
//   limits: { perAddress: { calls: 10, callsPerMinute: 20, minutesPerDay: 600 }, overall: { minutesPerDay: 3000 } }

import { z } from 'zod';

const count = z.int('expected a whole number').positive('expected at least 1');

const bounds = {
  /** At once. */
  calls: count.optional(),
  /** As many in a row, too. */
  callsPerMinute: count.optional(),
  /** Of talk, by the clock of this machine, which begins its days at its own midnight. */
  minutesPerDay: z.number('expected a number of minutes').positive('expected more than 0 minutes').optional(),
};

const expected = 'expected some of calls, callsPerMinute and minutesPerDay';

/** Of one site or one person, instead of what stands for all. */
export const quota = z.strictObject(bounds, expected);

export type Quota = Readonly<z.output<typeof quota>>;

function usually(defaults: Quota) {
  return z
    .strictObject(bounds, expected)
    .prefault({})
    .transform((own): Quota => ({ ...defaults, ...own }));
}

const bits = (most: number) =>
  z.int('expected a number of bits').min(8, 'expected at least 8').max(most, `expected at most ${most}`);

export const quotas = {
  /** Of visitors who share an address, such as an office. */
  perAddress: usually({ calls: 10, callsPerMinute: 20, minutesPerDay: 600 }),
  /** Of one person. */
  perDestination: usually({ callsPerMinute: 60 }),
  perSite: usually({ callsPerMinute: 300 }),
  /** Of all sites; calls at once are `limits.calls`. */
  overall: usually({ callsPerMinute: 600 }),
  /** Which addresses are one, by the bits that they share: a home has a /64 of IPv6. */
  addressBits: z.strictObject({ ipv4: bits(32).default(32), ipv6: bits(128).default(64) }).prefault({}),
};
