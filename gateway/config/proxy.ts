// The key `proxy`: reverse proxies that forward the requests of visitors.
//
//   proxy: { networks: [127.0.0.0/8], header: x-forwarded-for }
//   proxy: { networks: [10.0.0.2], proxyProtocol: true }

import { z } from 'zod';
import { network } from '../net/network.ts';
import { key } from './key.ts';
import { yesOrNo } from './values.ts';

export const proxy = z.strictObject(
  {
    networks: key(
      z.array(network, 'expected a list of networks').min(1, 'expected at least one network'),
      'Networks of the trusted proxies. Only requests from them may name the address of a visitor.',
      { form: 'list of networks', examples: [['127.0.0.0/8']] },
    ),
    header: key(
      z.enum(['x-forwarded-for', 'forwarded'], 'expected x-forwarded-for or forwarded').optional(),
      'The header that the proxy writes itself, replacing what a visitor has sent.',
      { defaultText: '`X-Forwarded-For`, or `Forwarded` when that is absent' },
    ),
    proxyProtocol: key(
      yesOrNo.default(false),
      'Each connection from these networks begins with a PROXY protocol header, version 1 or 2.',
    ),
  },
  'expected the networks of the proxies, such as { networks: [127.0.0.0/8] }',
);

export type TrustedProxies = Readonly<z.output<typeof proxy>>;
