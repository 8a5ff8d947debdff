// TURN servers (RFC 8656) for visitors whose networks let no UDP out, as an owner writes them:
//
//   turn: { urls: ["turns:turn.mysite.ru:443?transport=tcp"], secret: cymru }

import { z } from 'zod';
import { asciiHost } from './host-name.ts';

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
    urls: z.array(url, 'expected a list of TURN URLs').min(1, 'expected at least one TURN URL'),
    /** What the server shares with us: coturn's `static-auth-secret`, where `use-auth-secret` is on. */
    secret: z.string('expected text; put quotes around a number').min(1, 'expected some text'),
    /** How long one visitor's credentials are good for: no shorter than the longest call. */
    lifetimeSeconds: z
      .int('expected a whole number of seconds')
      .min(60, 'expected at least 60 seconds')
      .max(86_400, 'expected at most a day, 86400 seconds')
      .default(7200),
  },
  'expected urls and secret; leave turn out where there is no TURN server',
);

export type Turn = Readonly<z.output<typeof turn>>;

/** RFC 7065 3.1. */
function isTurnUrl(text: string): boolean {
  return /^turns?:([\w.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?(\?transport=(udp|tcp))?$/i.test(text);
}
