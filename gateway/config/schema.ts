// The shape of the configuration file: every key, every default, every complaint in the owner's words.
// Knows nothing of files or command lines; load.ts feeds it.

import { z } from 'zod';
import { ownAddresses } from '../net/address-fence.ts';
import { network } from '../net/network.ts';
import { addresses } from './address.ts';
import { isEndpoint, isPlace, port } from './endpoint.ts';
import { log, path } from './log.ts';
import { media } from './media.ts';
import { ownOrigin } from './origin.ts';
import { freeSipPort, portsOfPbxHere } from './pbx.ts';
import { portClashes } from './port-clashes.ts';
import { proxy } from './proxy.ts';
import { quotas } from './quotas.ts';
import { site } from './site.ts';
import { tokens } from './tokens.ts';
import { turn } from './turn.ts';

const seconds = z
  .number('expected a number of seconds')
  .positive('expected more than 0 seconds')
  .max(86_400, 'expected at most a day, 86400 seconds');
const count = z.int('expected a whole number').positive('expected at least 1');

const endpoint = z.string('expected ADDRESS:PORT').refine(isEndpoint, {
  message: 'expected ADDRESS:PORT, such as 0.0.0.0:8443 or [::]:8443',
});

/** A drachtio-server that stands in for the embedded engine. */
const drachtioServer = z.strictObject(
  {
    /** Where it waits for applications, as HOST:PORT. */
    drachtio: z
      .string('expected HOST:PORT')
      .refine(isPlace, { message: 'expected HOST:PORT, such as sip.internal:9022' }),
    /** What it asks of applications; a frame of its protocol can carry neither bars nor line breaks. */
    secret: z
      .string('expected text; put quotes around a number')
      .regex(/^[^|\r\n]+$/, { message: 'expected some text without | or line breaks' }),
    /** Its contact for browsers: visitors' frames are handed on there. */
    websocket: z.string('expected a URL').refine(isWebSocketUrl, {
      message: 'expected ws://HOST:PORT or wss://HOST:PORT, such as ws://sip.internal:8080',
    }),
  },
  'expected drachtio, secret and websocket; leave engine out to use the embedded one',
);

const settings = z.strictObject({
  /** Where pages, the widget and the WebSocket are served. */
  listen: endpoint.default('0.0.0.0:8443'),
  /** How visitors reach it, for links on cards and codes, such as https://call.mysite.ru. Default: as they ask. */
  url: ownOrigin.optional(),
  /** Certificate and key in PEM files. Browsers ask for the microphone on https pages only (and on localhost). */
  tls: z.strictObject({ certificate: z.string(), key: z.string() }).optional(),
  /**
   * This machine's addresses, bound and announced, for SIP and media. Default: its first address that is not loopback.
   */
  address: addresses.optional(),
  /** Reverse proxies that bring visitors' requests. Default: none, and nobody is believed to be one. */
  proxy: proxy.optional(),
  dns: z
    .strictObject({
      /** ADDRESS:PORT of DNS servers; the system's when absent. */
      servers: z.array(endpoint, 'expected a list of ADDRESS:PORT').min(1).optional(),
      /** Networks inside the company that DNS answers may point at; public addresses always may. */
      allow: z.array(network, 'expected a list of networks').default([]),
    })
    .prefault({}),
  /** The SIP engine. Default: the embedded one. */
  engine: drachtioServer.optional(),
  /** The embedded engine's local ports toward PBXs; 0 means any free one. Default: 5060 both, or what a PBX of
   * the same machine leaves free. */
  sip: z.strictObject({ udp: port.optional(), tcp: port.optional() }).optional(),
  /** The embedded relay's ports, or the rtpengines that stand in for it. */
  media: media.prefault({}),
  /** For visitors whose networks let no UDP out. */
  turn: turn.optional(),
  /** Of entry: each call takes one, which the gateway gives to pages that may call. */
  tokens: tokens.prefault({}),
  limits: z
    .strictObject({
      /** Calls at once. */
      calls: count.default(200),
      ...quotas,
      /** WebSockets at once, in all and from one address. */
      connections: count.default(2000),
      connectionsPerAddress: count.default(20),
      /** SIP messages a second that one visitor may send, after a burst of five times as many. */
      messagesPerSecond: count.default(20),
      /** How long a person's phone rings. */
      ringSeconds: seconds.default(60),
      /** Longest set-up until something rings, over all servers of the domain. */
      setupSeconds: seconds.default(12),
      /** How long one server of a domain may say nothing before the next is tried. */
      responseSeconds: seconds.default(2),
      /** How long one may say no more than that it is trying (100) before it is cancelled for the next. */
      tryingSeconds: seconds.default(6),
      /** How long a call outlives its visitor's WebSocket or sound, or the connection to its drachtio-server. */
      reconnectSeconds: seconds.default(30),
      /** Silence on the PBX's side after which the gateway asks whether it is still there. */
      silenceSeconds: seconds.default(30),
      /** Longest call. */
      callMinutes: z
        .number('expected a number of minutes')
        .positive('expected more than 0 minutes')
        .max(1440, 'expected at most a day, 1440 minutes')
        .default(120),
      /** How long running calls may go on once the gateway was told to stop. */
      drainSeconds: z
        .number('expected a number of seconds')
        .min(0, 'expected 0 seconds or more')
        .max(86_400, 'expected at most a day, 86400 seconds')
        .default(30),
    })
    .prefault({}),
  /** A level, or `{ level, addresses, securityFile }`. */
  log: log.prefault('info'),
  /** A record of each call as a line of JSON, in a file a day beside `file`, for so many days. */
  records: z
    .strictObject(
      {
        file: path,
        days: count.max(3660, 'expected at most ten years, 3660 days').default(30),
      },
      'expected file and days; leave records out to keep none',
    )
    .optional(),
  sites: z
    .array(site, 'expected a list of sites')
    .min(1, 'expected at least one site')
    .superRefine((sites, context) => {
      const domains = sites.map(({ domain }) => domain);
      for (const [index, input] of domains.entries()) {
        if (domains.indexOf(input) === index) continue;
        context.addIssue({
          code: 'custom',
          path: [index, 'domain'],
          message: 'stands in the list twice',
          input,
        });
      }
    }),
});

export const schema = settings
  .superRefine((config, context) => {
    for (const { path, message, input } of portClashes(config)) {
      context.addIssue({ code: 'custom', path, message, input });
    }
  })
  .superRefine(({ engine, sip: input }, context) => {
    if (!engine || !input) return;
    context.addIssue({
      code: 'custom',
      path: ['sip'],
      message: 'belongs to the embedded engine; a drachtio-server has its ports from its own contacts',
      input,
    });
  })
  .transform(config => {
    const own = config.address?.flatMap(({ bind, announce }) => [...(bind ? [bind] : []), ...announce]);
    const taken = portsOfPbxHere(config.sites, own ?? ownAddresses());
    const sip = { udp: freeSipPort(taken.udp), tcp: freeSipPort(taken.tcp) };
    return { ...config, sip: { ...sip, ...config.sip } };
  });

export type Config = Readonly<z.output<typeof schema>>;
export type ConfigInput = z.input<typeof schema>;
export type Site = Config['sites'][number];

function isWebSocketUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const rest = url.username + url.password + url.search + url.hash;
  return /^wss?:$/.test(url.protocol) && url.hostname !== '' && rest === '';
}
