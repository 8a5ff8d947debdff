// Limits on calls: concurrent calls, calls per minute and minutes per day, for each visitor address, person and site, and
// in total. An absent limit does not apply.
//
//   limits: { perAddress: { calls: 10, callsPerMinute: 20, minutesPerDay: 600 }, overall: { minutesPerDay: 3000 } }

import { z } from 'zod';
import { key } from './key.ts';
import { count } from './values.ts';

const minutes = z.number('expected a number of minutes').positive('expected more than 0 minutes');

function bounds(defaults: Quota, absent: string) {
  const facts = (name: keyof Quota) =>
    name in defaults ? { default: defaults[name] } : { defaultText: absent };
  return z.strictObject(
    {
      calls: key(count.optional(), 'Concurrent calls.', facts('calls')),
      callsPerMinute: key(
        count.optional(),
        'Calls per minute. A burst of this size is accepted too.',
        facts('callsPerMinute'),
      ),
      minutesPerDay: key(
        minutes.optional(),
        'Talk time per day. A day begins at midnight of the clock of this machine.',
        { ...facts('minutesPerDay'), unit: 'minutes' },
      ),
    },
    'expected some of calls, callsPerMinute and minutesPerDay',
  );
}

export interface Quota {
  readonly calls?: number | undefined;
  readonly callsPerMinute?: number | undefined;
  readonly minutesPerDay?: number | undefined;
}

/** For one site or one person, in place of the limit for all. */
export const quota = bounds({}, 'the limit for all');

function quotaWith(defaults: Quota) {
  return bounds(defaults, 'no limit')
    .prefault({})
    .transform((own): Quota => ({ ...defaults, ...own }));
}

const bits = (most: number) =>
  z.int('expected a number of bits').min(8, 'expected at least 8').max(most, `expected at most ${most}`);

export const quotas = {
  perAddress: key(
    quotaWith({ calls: 10, callsPerMinute: 20, minutesPerDay: 600 }),
    'Limits of one visitor address. Visitors of an office or of a mobile network may share one.',
  ),
  perDestination: key(quotaWith({ callsPerMinute: 60 }), 'Limits of calls to one person.'),
  perSite: key(quotaWith({ callsPerMinute: 300 }), 'Limits of calls to one site.'),
  overall: key(
    quotaWith({ callsPerMinute: 600 }),
    'Limits of all sites together, in addition to `limits.calls`.',
  ),
  addressBits: key(
    z
      .strictObject({
        ipv4: key(bits(32).default(32), 'Prefix length of IPv4.', { unit: 'bits' }),
        ipv6: key(bits(128).default(64), 'Prefix length of IPv6. A household usually has a /64.', {
          unit: 'bits',
        }),
      })
      .prefault({}),
    'Addresses with this common prefix count as one visitor address.',
    { reload: false },
  ),
};
