// Where a site's PBX is and how it takes guests, for `sip-call pbx`, as an owner writes it:
//
//   pbx: 192.0.2.10
//
// or with more of it:
//
//   pbx: { servers: [{ name: asterisk.mysite.ru, addresses: [192.0.2.10], tls: 5061 }], context: office }
//
// Calls do not go by it: they find the PBX in DNS. The embedded engine's own ports keep clear of it.

import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { asciiHost } from './host-name.ts';

const address = z
  .string('expected an IP address such as 192.0.2.10')
  // A zone names an interface of one machine.
  .refine(text => isIP(text) !== 0 && !text.includes('%'), {
    message: 'expected an IP address such as 192.0.2.10',
  })
  .transform(plainAddress);

const portText = 'expected a port from 1 to 65535, or false where the PBX does not listen';
const serverPort = z.union(
  [z.literal(false), z.int(portText).min(1, portText).max(65_535, portText)],
  portText,
);

/** As in a zone file: an owner may write the final dot, and letters of any script. */
const name = z
  .string('expected a name such as asterisk.mysite.ru')
  .refine(text => isName(asciiHost(text) ?? ''), { message: 'expected a name such as asterisk.mysite.ru' })
  .transform(text => asciiHost(text) ?? text);

function isName(text: string): boolean {
  const labels = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{1,63}$/;
  return labels.test(text) && isIP(text) === 0;
}

const server = z.preprocess(
  value => (typeof value === 'string' ? { addresses: [value] } : value),
  z
    .strictObject(
      {
        /** In DNS. Default: asterisk.DOMAIN for the first, second.DOMAIN for the second. */
        name: name.optional(),
        /** All of its addresses, as the gateway reaches it. */
        addresses: z
          .array(address, 'expected a list of IP addresses')
          .min(1, 'expected at least one IP address'),
        udp: serverPort.default(5060),
        tcp: serverPort.default(5060),
        /** Usually 5061. */
        tls: serverPort.default(false),
      },
      'expected an IP address, or { name: ..., addresses: [...] }',
    )
    .refine(({ udp, tcp, tls }) => udp !== false || tcp !== false || tls !== false, {
      message: 'expected at least one of udp, tcp and tls',
    }),
);

const soundText = 'expected two ports from 1024 to 65535, such as [10000, 20000]';
const soundPort = z.int(soundText).min(1024, soundText).max(65_535, soundText);

export const pbx = z.preprocess(
  value => (typeof value === 'string' ? { servers: [value] } : value),
  z.strictObject(
    {
      /** The best one first. Each takes guests in the same way. */
      servers: z
        .array(server, 'expected a list of servers')
        .min(1, 'expected at least one server')
        .max(9, 'expected at most 9 servers'),
      /** Asterisk's channel driver: chan_sip is gone since Asterisk 21. */
      driver: z.enum(['chan_pjsip', 'chan_sip'], 'expected chan_pjsip or chan_sip').default('chan_pjsip'),
      /** The dialplan's context in which people's extensions are. */
      context: z
        .string('expected the name of a context, such as default')
        .regex(/^[A-Za-z][\w-]{0,78}$/, 'expected the name of a context, such as default')
        .default('default'),
      /** A caller of an unknown name gets 404, or hears the sound `bad-user`. */
      wrongNumber: z.enum(['404', 'bad-user'], 'expected "404" or bad-user').default('404'),
      /** Of guests who call the PBX past the gateway: concurrent calls, and the longest call. */
      guests: z
        .strictObject({
          calls: z
            .int('expected a whole number')
            .positive('expected at least 1')
            .max(10_000, 'expected at most 10000')
            .default(10),
          seconds: z
            .int('expected a whole number')
            .positive('expected at least 1')
            .max(86_400, 'expected at most a day, 86400 seconds')
            .default(3600),
        })
        .prefault({}),
      /** First and last UDP port of sound: rtpstart and rtpend of rtp.conf. Default: Asterisk's own. */
      rtp: z
        .tuple([soundPort, soundPort], { error: soundText })
        .refine(([first, last]) => last > first, 'expected the last port to be above the first')
        .optional(),
    },
    'expected an IP address, or { servers: [...] }',
  ),
);

export type PbxSettings = z.output<typeof pbx>;

/** RFC 5952, as Asterisk and firewalls write an address. */
export function plainAddress(text: string): string {
  return isIP(text) === 6 ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export function isLoopback(text: string): boolean {
  return isIP(text) !== 0 && loopback.check(text, isIP(text) === 4 ? 'ipv4' : 'ipv6');
}

/** Ports that the PBXs of `sites` have on the machine with these addresses. */
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

/** 5060, or the next port that no PBX of this machine has. */
export function freeSipPort(taken: ReadonlySet<number>): number {
  let port = 5060;
  while (taken.has(port)) port += 10;
  return port;
}
