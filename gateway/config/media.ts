// What carries sound and picture, as an owner writes it: the embedded relay's ports and threads,
//
//   media: { browserPort: 19000, pbxPorts: [20000, 29999], workers: 2 }
//
// or rtpengines that stand in for it:
//
//   media: { rtpengine: [10.0.0.5:22222, 10.0.0.6:22222] }
//
// Networks that packets of PBXs behind NAT come from, when their SDP names an inner address:
//
//   media: { symmetricRtp: [203.0.113.9/32] }

import { z } from 'zod';
import { network } from '../net/network.ts';
import { isPlace, port } from './endpoint.ts';

const embedded = {
  /** One port for all browsers, UDP and TCP; each further worker takes the next one. Below the system's own choices. */
  browserPort: 19000,
  /** First and last UDP port toward PBXs, as RTP/RTCP pairs. */
  pbxPorts: [20000, 29999] as [number, number],
  workers: 1,
};

const server = z.string('expected HOST:PORT').refine(isPlace, {
  message: 'expected HOST:PORT, such as 10.0.0.5:22222',
});

export const media = z
  .strictObject({
    browserPort: port.optional(),
    pbxPorts: z
      .tuple([port, port], 'expected two ports, such as [20000, 29999]')
      .refine(([first, last]) => last - first >= 3, 'expected the last port to be at least 3 above the first')
      .optional(),
    workers: z
      .int('expected a whole number')
      .positive('expected at least 1')
      .max(64, 'expected at most 64')
      .optional(),
    /** Where rtpengines listen for ng (`--listen-ng`), mr13.4.1.1 or newer; calls go to them in turn. */
    rtpengine: z
      .array(server, 'expected a list of HOST:PORT')
      .min(1, 'expected at least one HOST:PORT; leave rtpengine out to use the embedded relay')
      .max(64, 'expected at most 64')
      .superRefine((list, context) => {
        for (const [index, input] of list.entries()) {
          if (list.indexOf(input) === index) continue;
          context.addIssue({ code: 'custom', path: [index], message: 'stands in the list twice', input });
        }
      })
      .optional(),
    /**
     * Networks from which PBXs behind NAT send: the first packet from there latches, whatever address the SDP names.
     * Default: only the address in the SDP, on any port.
     */
    symmetricRtp: z
      .array(network, 'expected a list of networks, such as [203.0.113.9/32]')
      .min(1, 'expected at least one network; leave symmetricRtp out when no PBX is behind NAT')
      .optional(),
  })
  .superRefine((written, context) => {
    if (!written.rtpengine) return;
    for (const key of ['browserPort', 'pbxPorts', 'workers'] as const) {
      if (written[key] === undefined) continue;
      context.addIssue({
        code: 'custom',
        path: [key],
        message: 'belongs to the embedded relay; an rtpengine has its own configuration',
        input: written[key],
      });
    }
  })
  .transform(({ rtpengine, ...written }) => ({ ...embedded, ...written, ...(rtpengine && { rtpengine }) }));
