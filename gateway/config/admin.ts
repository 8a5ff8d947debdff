// The administrator's listener: details of health, later figures and pages. Absent: there is none.
//
//   admin: { listen: 127.0.0.1:8444, token: "thirty-two characters or more…" }

import { z } from 'zod';
import { isEndpoint } from './endpoint.ts';

export const admin = z.strictObject(
  {
    /** On loopback unless the owner chooses another address; that needs `tls`. */
    listen: z
      .string('expected ADDRESS:PORT')
      .refine(isEndpoint, { message: 'expected ADDRESS:PORT, such as 127.0.0.1:8444' })
      .default('127.0.0.1:8444'),
    /** Sent with each request as `Authorization: Bearer TOKEN`. */
    token: z.string('expected text; put quotes around a number').regex(/^[\x21-\x7e]{32,512}$/, {
      message: 'expected 32 to 512 printable ASCII characters without spaces',
    }),
  },
  'expected listen and token; leave admin out to have no listener for the administrator',
);
