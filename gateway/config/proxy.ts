// What stands before the gateway and speaks for visitors, as an owner writes it:
//
//   proxy: { networks: [127.0.0.0/8], header: x-forwarded-for }
//   proxy: { networks: [10.0.0.2], proxyProtocol: true }

import { z } from 'zod';
import { network } from '../net/network.ts';

export const proxy = z.strictObject(
  {
    /** Where requests come from that are believed. */
    networks: z.array(network, 'expected a list of networks').min(1, 'expected at least one network'),
    /**
     * The one that the proxy writes itself, whatever a visitor has sent. Default: X-Forwarded-For, or Forwarded where there
     * is none.
     */
    header: z.enum(['x-forwarded-for', 'forwarded'], 'expected x-forwarded-for or forwarded').optional(),
    /** Each connection begins with a header of the PROXY protocol, version 1 or 2. */
    proxyProtocol: z.boolean('expected true or false').default(false),
  },
  'expected the networks of the proxies, such as { networks: [127.0.0.0/8] }',
);

export type TrustedProxies = Readonly<z.output<typeof proxy>>;
