// The key `log`: a level alone, or
//
//   log: { level: info, addresses: short, securityFile: /var/log/sip-call/security.log }

import { z } from 'zod';
import { key } from './key.ts';
import { filePath } from './values.ts';

const level = z.enum(
  ['debug', 'info', 'warn', 'error', 'silent'],
  'expected debug, info, warn, error or silent',
);

const settings = z.strictObject({
  level: key(level.default('info'), 'Lowest level that is logged.'),
  addresses: key(
    z.enum(['full', 'short'], 'expected full or short').default('full'),
    'Addresses of visitors in the log and the records: `short` writes only the network, /24 of IPv4 or /48 of IPv6.',
  ),
  securityFile: key(
    filePath.optional(),
    'Security log, which fail2ban reads. It holds full addresses, because fail2ban bans them.',
    { form: 'absolute path', defaultText: 'no security log', examples: ['/var/log/sip-call/security.log'] },
  ),
});

type Settings = z.output<typeof settings>;

/** The accepted input. Validation reads an object separately, so that an error names the key. */
export const writtenLog = z.union([level, settings]);

export const log = z
  .union([level, z.record(z.string(), z.unknown())], {
    error:
      'expected debug, info, warn, error or silent, or { level: ..., addresses: ..., securityFile: ... }',
  })
  .transform((value, context): Settings => {
    const result = settings.safeParse(typeof value === 'object' ? value : { level: value }, {
      reportInput: true,
    });
    if (result.success) return result.data;
    for (const issue of result.error.issues) context.issues.push(issue as never);
    return z.NEVER;
  });
