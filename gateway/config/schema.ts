// The schema of the configuration file. Each key states its type, default, error text and description once; validation
// (load.ts), the reference and JSON Schema (reference.ts, json-schema.ts) and the reload rule (reload.ts) read it.

import { z } from 'zod';
import { ownAddresses, splitEndpoint } from '../net/address-fence.ts';
import { network } from '../net/network.ts';
import { addresses, writtenAddresses } from './address.ts';
import { admin } from './admin.ts';
import { key } from './key.ts';
import { limits } from './limits.ts';
import { log, writtenLog } from './log.ts';
import { media } from './media.ts';
import { ownOrigin } from './origin.ts';
import { freeSipPort, isLoopback, portsOfPbxHere } from './pbx.ts';
import { portClashes } from './port-clashes.ts';
import { proxy } from './proxy.ts';
import { site } from './site.ts';
import { tokens } from './tokens.ts';
import { turn } from './turn.ts';
import { count, endpoint, filePath, port, remoteEndpoint, secretText } from './values.ts';

const drachtioServer = z.strictObject(
  {
    drachtio: key(
      remoteEndpoint('sip.internal:9022'),
      'Where drachtio-server, v0.8.2 or later, accepts applications.',
      { form: 'HOST:PORT', examples: ['sip.internal:9022'] },
    ),
    // The framing of the protocol has no escape for these characters.
    secret: key(
      secretText.regex(/^[^|\r\n]+$/, { message: 'expected some text without | or line breaks' }),
      'The secret of drachtio-server, without `|` and line breaks.',
    ),
    websocket: key(
      z.string('expected a URL').refine(isWebSocketUrl, {
        message: 'expected ws://HOST:PORT or wss://HOST:PORT, such as ws://sip.internal:8080',
      }),
      'The ws or wss contact of drachtio-server. The gateway forwards the frames of visitors to it.',
      { form: 'ws or wss URL', examples: ['ws://sip.internal:8080'] },
    ),
  },
  'expected drachtio, secret and websocket; leave engine out to use the embedded one',
);

const tls = z.strictObject({
  certificate: key(z.string(), 'PEM file of the certificate, followed by its chain.', { form: 'path' }),
  key: key(z.string(), 'PEM file of the private key, not encrypted.', { form: 'path' }),
});

const dns = z.strictObject({
  servers: key(z.array(endpoint, 'expected a list of ADDRESS:PORT').min(1).optional(), 'DNS servers.', {
    form: 'list of ADDRESS:PORT',
    defaultText: 'those of the system',
    examples: [['10.0.0.1:53']],
  }),
  allow: key(
    z.array(network, 'expected a list of networks').default([]),
    'Private networks, or addresses of the gateway itself, that DNS answers may point at. Public addresses are always allowed.',
    { form: 'list of networks', examples: [['10.0.0.0/8']], reload: true },
  ),
});

const sipPort = { form: 'port', defaultText: '5060, or the next port that no PBX on this machine uses' };

const sip = z.strictObject({
  udp: key(port.optional(), 'UDP port; 0 for any free one.', sipPort),
  tcp: key(port.optional(), 'TCP port; 0 for any free one.', sipPort),
});

const records = z.strictObject(
  {
    file: key(filePath, 'The file. The date is inserted before its extension.', {
      form: 'absolute path',
      examples: ['/var/lib/sip-call/calls.jsonl'],
    }),
    days: key(
      count.max(3660, 'expected at most ten years, 3660 days').default(30),
      'How long a file is kept.',
      { unit: 'days' },
    ),
  },
  'expected file and days; leave records out to keep none',
);

const sites = z
  .array(site, 'expected a list of sites')
  .min(1, 'expected at least one site')
  .superRefine((sites, context) => {
    const domains = sites.map(({ domain }) => domain);
    for (const [index, input] of domains.entries()) {
      if (domains.indexOf(input) === index) continue;
      context.addIssue({ code: 'custom', path: [index, 'domain'], message: 'is in the list twice', input });
    }
  });

const settings = z.strictObject({
  listen: key(
    endpoint.default('0.0.0.0:8443'),
    'Address and port of the HTTP server: pages, widget, WebSocket.',
    {
      form: 'ADDRESS:PORT',
      examples: ['0.0.0.0:443', '[::]:443'],
    },
  ),
  url: key(
    ownOrigin.optional(),
    'Origin at which visitors reach the gateway, for links on cards and QR codes.',
    {
      form: 'origin',
      defaultText: 'the host of each request',
      examples: ['https://call.mysite.ru'],
      reload: true,
    },
  ),
  tls: key(
    tls.optional(),
    'Certificate of the HTTP server. Browsers allow the microphone on https pages and on localhost only. A reload reads the files again, but cannot add or remove `tls`.',
    { defaultText: 'plain HTTP', reload: true },
  ),
  admin: key(admin.optional(), 'Listener of the administrator, for details of health.', {
    defaultText: 'no such listener',
  }),
  address: key(
    addresses.optional(),
    'Addresses of this machine for SIP and media: an address, an object with the keys below, or a list of both.',
    {
      form: 'IP address, object, or list',
      defaultText:
        'the first IPv4 address of this machine that is not loopback, or else the first IPv6 address',
      examples: ['198.51.100.7', ['198.51.100.7', '2001:db8::7']],
      written: writtenAddresses,
    },
  ),
  proxy: key(proxy.optional(), 'Reverse proxies that forward the requests of visitors.', {
    defaultText: 'none',
  }),
  dns: key(dns.prefault({}), 'How the gateway finds the PBX of a domain.'),
  engine: key(drachtioServer.optional(), 'A drachtio-server that replaces the embedded SIP engine.', {
    defaultText: 'the embedded engine',
  }),
  sip: key(sip.optional(), 'Ports of the embedded SIP engine toward PBXs. Must be absent with `engine`.'),
  media: key(media.prefault({}), 'Relay of sound and picture.'),
  turn: key(turn.optional(), 'TURN servers for visitors whose networks block UDP.', {
    defaultText: 'none',
    reload: true,
  }),
  tokens: key(tokens.prefault({}), 'Tokens that the gateway issues to pages, one for each call.'),
  limits: key(limits.prefault({}), 'Numbers of calls and connections, and durations.', { reload: true }),
  log: key(log.prefault('info'), 'The log: a level, or an object with the keys below.', {
    form: 'level, or object',
    default: 'info',
    written: writtenLog,
  }),
  records: key(records.optional(), 'Call records: a JSON line for each call, in one file per day.', {
    defaultText: 'no records',
  }),
  sites: key(sites, 'The domains whose people visitors can call.', { form: 'list of sites', reload: true }),
});

export const schema = settings
  .superRefine((config, context) => {
    for (const { path, message, input } of portClashes(config)) {
      context.addIssue({ code: 'custom', path, message, input });
    }
  })
  .superRefine(({ admin, tls }, context) => {
    if (!admin || tls || isLoopback(splitEndpoint(admin.listen).address)) return;
    context.addIssue({
      code: 'custom',
      path: ['admin', 'listen'],
      message:
        'expected an address of loopback where tls is not set: the token would cross the network unencrypted',
      input: admin.listen,
    });
  })
  .superRefine(({ engine, sip: input }, context) => {
    if (!engine || !input) return;
    context.addIssue({
      code: 'custom',
      path: ['sip'],
      message: 'belongs to the embedded engine; a drachtio-server has its ports in its own contacts',
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
