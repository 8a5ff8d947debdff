// The key `media`: the ports and threads of the embedded relay,
//
//   media: { browserPort: 19000, pbxPorts: [20000, 29999], workers: 2 }
//
// or the rtpengines that replace it:
//
//   media: { rtpengine: [10.0.0.5:22222, 10.0.0.6:22222] }

import { z } from 'zod';
import { network } from '../net/network.ts';
import { key } from './key.ts';
import { port, remoteEndpoint } from './values.ts';

/** Set in the transform: beside `rtpengine` these keys must be absent, which a default of the schema would hide. */
const embedded = { browserPort: 19000, pbxPorts: [20000, 29999] as [number, number], workers: 1 };

export const media = z
  .strictObject({
    browserPort: key(
      port.optional(),
      'Port for the media of all browsers, UDP and TCP. Each further worker takes the next port. Below the ephemeral ports of the system.',
      { form: 'port', default: embedded.browserPort },
    ),
    pbxPorts: key(
      z
        .tuple([port, port], 'expected two ports, such as [20000, 29999]')
        .refine(
          ([first, last]) => last - first >= 3,
          'expected the last port to be at least 3 above the first',
        )
        .optional(),
      'First and last UDP port toward PBXs. Each media line of a call takes a pair, for RTP and RTCP.',
      { form: '[first port, last port]', default: embedded.pbxPorts },
    ),
    workers: key(
      z
        .int('expected a whole number')
        .positive('expected at least 1')
        .max(64, 'expected at most 64')
        .optional(),
      'Threads of the embedded relay.',
      { default: embedded.workers },
    ),
    rtpengine: key(
      z
        .array(remoteEndpoint('10.0.0.5:22222'), 'expected a list of HOST:PORT')
        .min(1, 'expected at least one HOST:PORT; leave rtpengine out to use the embedded relay')
        .max(64, 'expected at most 64')
        .superRefine((list, context) => {
          for (const [index, input] of list.entries()) {
            if (list.indexOf(input) === index) continue;
            context.addIssue({ code: 'custom', path: [index], message: 'is in the list twice', input });
          }
        })
        .optional(),
      'The `listen-ng` of rtpengines, mr13.4.1.1 or newer, which relay media in place of the embedded relay. New calls go to them in turn. `browserPort`, `pbxPorts` and `workers` must then be absent.',
      {
        form: 'list of HOST:PORT',
        defaultText: 'the embedded relay',
        examples: [['10.0.0.5:22222', '10.0.0.6:22222']],
      },
    ),
    symmetricRtp: key(
      z
        .array(network, 'expected a list of networks, such as [203.0.113.9/32]')
        .min(1, 'expected at least one network; leave symmetricRtp out when no PBX is behind NAT')
        .optional(),
      'Networks of PBXs behind NAT whose SDP names a private address. The first RTP packet from these networks sets the address that RTP is sent to.',
      {
        form: 'list of networks',
        defaultText: 'only the address in the SDP, any port',
        examples: [['203.0.113.9/32']],
      },
    ),
  })
  .superRefine((written, context) => {
    if (!written.rtpengine) return;
    for (const name of ['browserPort', 'pbxPorts', 'workers'] as const) {
      if (written[name] === undefined) continue;
      context.addIssue({
        code: 'custom',
        path: [name],
        message: 'belongs to the embedded relay; an rtpengine has its own configuration',
        input: written[name],
      });
    }
  })
  .transform(({ rtpengine, ...written }) => ({ ...embedded, ...written, ...(rtpengine && { rtpengine }) }));
