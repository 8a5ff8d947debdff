// The key `turn`: TURN servers (RFC 8656) for visitors whose networks block UDP.
//
//   turn: { urls: ["turns:turn.mysite.ru:443?transport=tcp"], secret: cymru }

import { z } from 'zod';
import { asciiHost } from './host-name.ts';
import { key } from './key.ts';
import { secretText, wholeSeconds } from './values.ts';

const url = z
  .string('expected a TURN URL')
  .transform(text =>
    text.replace(/^(turns?:)([^:?[\]/]{1,254})/i, (_, scheme, host) => scheme + (asciiHost(host) ?? host)),
  )
  .refine(isTurnUrl, {
    message: 'expected a TURN URL such as turns:turn.mysite.ru:443?transport=tcp',
  });

export const turn = z.strictObject(
  {
    urls: key(
      z.array(url, 'expected a list of TURN URLs').min(1, 'expected at least one TURN URL'),
      'URLs of the TURN servers (RFC 7065).',
      { form: 'list of TURN URLs', examples: [['turns:turn.mysite.ru:443?transport=tcp']] },
    ),
    secret: key(
      secretText.min(1, 'expected some text'),
      'Shared secret of the servers: `static-auth-secret` of coturn with `use-auth-secret`.',
    ),
    lifetimeSeconds: key(
      wholeSeconds
        .min(60, 'expected at least 60 seconds')
        .max(86_400, 'expected at most a day, 86400 seconds')
        .default(7200),
      'Lifetime of the credentials of one visitor. Not shorter than the longest call.',
      { unit: 'seconds' },
    ),
  },
  'expected urls and secret; leave turn out without a TURN server',
);

export type Turn = Readonly<z.output<typeof turn>>;

/** RFC 7065 3.1. */
function isTurnUrl(text: string): boolean {
  return /^turns?:([\w.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?(\?transport=(udp|tcp))?$/i.test(text);
}
