// The key `pbx` of a site: the servers of its PBX and how they take guest calls.
//
//
//   pbx: 192.0.2.10
//
// or
//
//   pbx: { servers: [{ name: asterisk.mysite.ru, addresses: [192.0.2.10], tls: 5061 }], context: office }
//
// `sip-call pbx` reads it, and the embedded engine leaves the ports of a PBX on this machine free. Calls find the PBX
// in DNS.

import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { asciiHost } from './host-name.ts';
import { key } from './key.ts';

const address = z
  .string('expected an IP address such as 192.0.2.10')
  // A zone names an interface of one machine.
  .refine(text => isIP(text) !== 0 && !text.includes('%'), {
    message: 'expected an IP address such as 192.0.2.10',
  })
  .transform(plainAddress);

const portText = 'expected a port from 1 to 65535, or false when the PBX does not listen';
const serverPort = z.union(
  [z.literal(false), z.int(portText).min(1, portText).max(65_535, portText)],
  portText,
);

/** A final dot and letters of any script are accepted. */
const name = z
  .string('expected a name such as asterisk.mysite.ru')
  .refine(text => isName(asciiHost(text) ?? ''), { message: 'expected a name such as asterisk.mysite.ru' })
  .transform(text => asciiHost(text) ?? text);

function isName(text: string): boolean {
  const labels = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{1,63}$/;
  return labels.test(text) && isIP(text) === 0;
}

const wholeServer = z
  .strictObject(
    {
      name: key(name.optional(), 'Name of the server in DNS.', {
        form: 'host name',
        defaultText: '`asterisk.DOMAIN` for the first server, `second.DOMAIN` for the second',
        examples: ['asterisk.mysite.ru'],
      }),
      addresses: key(
        z.array(address, 'expected a list of IP addresses').min(1, 'expected at least one IP address'),
        'All addresses of the server, as the gateway reaches it.',
        { form: 'list of IP addresses', examples: [['192.0.2.10', '2001:db8::10']] },
      ),
      udp: key(serverPort.default(5060), 'SIP port, UDP.', { form: 'port, or false' }),
      tcp: key(serverPort.default(5060), 'SIP port, TCP.', { form: 'port, or false' }),
      tls: key(serverPort.default(false), 'SIP port, TLS; usually 5061.', { form: 'port, or false' }),
    },
    'expected an IP address, or { name: ..., addresses: [...] }',
  )
  .refine(({ udp, tcp, tls }) => udp !== false || tcp !== false || tls !== false, {
    message: 'expected at least one of udp, tcp and tls',
  });

const server = z
  .preprocess(value => (typeof value === 'string' ? { addresses: [value] } : value), wholeServer)
  .meta({ written: z.union([address, wholeServer]) });

const rtpText = 'expected two ports from 1024 to 65535, such as [10000, 20000]';
const rtpPort = z.int(rtpText).min(1024, rtpText).max(65_535, rtpText);

const wholePbx = z.strictObject(
  {
    servers: key(
      z
        .array(server, 'expected a list of servers')
        .min(1, 'expected at least one server')
        .max(9, 'expected at most 9 servers'),
      'The servers, the preferred one first. All take guest calls in the same way. An address alone is a server too.',
    ),
    driver: key(
      z.enum(['chan_pjsip', 'chan_sip'], 'expected chan_pjsip or chan_sip').default('chan_pjsip'),
      'Channel driver of Asterisk. Asterisk 21 and later have no `chan_sip`.',
    ),
    context: key(
      z
        .string('expected the name of a context, such as default')
        .regex(/^[A-Za-z][\w-]{0,78}$/, 'expected the name of a context, such as default')
        .default('default'),
      'Context of the dialplan that has the extensions of the people.',
      { form: 'context name' },
    ),
    wrongNumber: key(
      z.enum(['404', 'bad-user'], 'expected "404" or bad-user').default('404'),
      'Response to a call of an unknown name: status 404, or the sound `bad-user`.',
    ),
    guests: key(
      z
        .strictObject({
          calls: key(
            z
              .int('expected a whole number')
              .positive('expected at least 1')
              .max(10_000, 'expected at most 10000')
              .default(10),
            'Concurrent guest calls.',
          ),
          seconds: key(
            z
              .int('expected a whole number')
              .positive('expected at least 1')
              .max(86_400, 'expected at most a day, 86400 seconds')
              .default(3600),
            'Longest guest call.',
            { unit: 'seconds' },
          ),
        })
        .prefault({}),
      'Limits of guests who call the PBX directly and not through the gateway.',
    ),
    rtp: key(
      z
        .tuple([rtpPort, rtpPort], { error: rtpText })
        .refine(([first, last]) => last > first, 'expected the last port to be above the first')
        .optional(),
      'First and last UDP port of RTP: `rtpstart` and `rtpend` of rtp.conf.',
      { form: '[first port, last port]', defaultText: 'those of Asterisk, 10000 to 20000' },
    ),
  },
  'expected an IP address, or { servers: [...] }',
);

export const pbx = z.preprocess(
  value => (typeof value === 'string' ? { servers: [value] } : value),
  wholePbx,
);

/** The accepted input. */
export const writtenPbx = z.union([address, wholePbx]);

export type PbxSettings = z.output<typeof pbx>;

/** The spelling of RFC 5952, which Asterisk and firewalls use. */
export function plainAddress(text: string): string {
  return isIP(text) === 6 ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export function isLoopback(text: string): boolean {
  return isIP(text) !== 0 && loopback.check(text, isIP(text) === 4 ? 'ipv4' : 'ipv6');
}

/** Ports of the PBXs of `sites` on the machine that has the addresses `own`. */
export function portsOfPbxHere(
  sites: readonly { readonly pbx?: PbxSettings | undefined }[],
  own: readonly string[],
): Record<'udp' | 'tcp', ReadonlySet<number>> {
  const here = sites
    .flatMap(({ pbx }) => pbx?.servers ?? [])
    .filter(({ addresses }) => addresses.some(one => isLoopback(one) || own.includes(one)));
  const taken = (...ports: (number | false)[]) => ports.filter(port => port !== false);
  return {
    udp: new Set(here.flatMap(({ udp }) => taken(udp))),
    tcp: new Set(here.flatMap(({ tcp, tls }) => taken(tcp, tls))),
  };
}

/** 5060, or the next port that no PBX of this machine uses. */
export function freeSipPort(taken: ReadonlySet<number>): number {
  let port = 5060;
  while (taken.has(port)) port += 10;
  return port;
}
