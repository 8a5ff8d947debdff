// What is logged, as an owner writes it: a level alone, or
//
//   log: { level: info, addresses: short, securityFile: /var/log/sip-call/security.log }

import { z } from 'zod';

const level = z.enum(
  ['debug', 'info', 'warn', 'error', 'silent'],
  'expected debug, info, warn, error or silent',
);

export const path = z.string('expected the path of a file').regex(/^\/[^\0\r\n]*[^/\0\r\n]$/, {
  message: 'expected the whole path of a file, such as /var/log/sip-call/security.log',
});

const whole = z.strictObject({
  level: level.default('info'),
  /** `short` leaves visitors' networks of their addresses, /24 or /48, in the log and the records. */
  addresses: z.enum(['full', 'short'], 'expected full or short').default('full'),
  /** The file that fail2ban reads; none when absent. Addresses are whole there, or nobody could be banned. */
  securityFile: path.optional(),
});

type Settings = z.output<typeof whole>;

/** A level alone is all that most write. */
export const log = z
  .union([level, z.record(z.string(), z.unknown())], {
    error:
      'expected debug, info, warn, error or silent, or { level: ..., addresses: ..., securityFile: ... }',
  })
  .transform((value, context): Settings => {
    const result = whole.safeParse(typeof value === 'object' ? value : { level: value }, {
      reportInput: true,
    });
    if (result.success) return result.data;
    for (const issue of result.error.issues) context.issues.push(issue as never);
    return z.NEVER;
  });
