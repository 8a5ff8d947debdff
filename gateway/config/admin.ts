// The key `admin`: the administrator's listener, for details of health. Without the key there is no such listener.
//
//   admin: { listen: 127.0.0.1:8444, token: "thirty-two characters or more…" }

import { z } from 'zod';
import { key } from './key.ts';
import { isEndpoint, secretText } from './values.ts';

// Bound at the start: a change of either key needs a restart.
export const admin = z.strictObject(
  {
    listen: key(
      z
        .string('expected ADDRESS:PORT')
        .refine(isEndpoint, { message: 'expected ADDRESS:PORT, such as 127.0.0.1:8444' })
        .default('127.0.0.1:8444'),
      'Address and port of the listener. An address that is not loopback needs `tls`.',
      { form: 'ADDRESS:PORT', examples: ['127.0.0.1:8444', '[::1]:8444'], reload: false },
    ),
    token: key(
      secretText.regex(/^[\x21-\x7e]{32,512}$/, {
        message: 'expected 32 to 512 printable ASCII characters without spaces',
      }),
      'Sent with each request as `Authorization: Bearer TOKEN`.',
      { form: '32 to 512 printable ASCII characters without spaces', reload: false },
    ),
  },
  'expected listen and token; leave admin out to have no listener for the administrator',
);
