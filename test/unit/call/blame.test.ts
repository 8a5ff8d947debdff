// Who is blamed: for each fault of DNS, of the way to a PBX, of its certificate and of what it answers, the browser gets
// a status that blames neither the visitor nor their network, and log and record name the cause, the side at fault and
// the line that mends it. Every fault is a real one: a DNS server, a TLS server, a port, a SIP peer.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ZoneRecord } from '../../../demo-site/dns/zone.ts';
import type { CauseCode } from '../../../gateway/call/causes/catalogue.ts';
import type { Side } from '../../../gateway/call/causes/entry.ts';
import { reasonForStatus } from '../../../widget/call/reasons.ts';
import { deployment } from '../../support/deployment.ts';
import { claimLoopback } from '../../support/loopback.ts';
import type { RawPeer } from '../../support/raw-peer.ts';
import {
  certificate,
  privateKey,
  authority as unknownAuthority,
} from '../engine/transport/test-certificate.ts';
import { a, naptr, srv } from '../resolver/zones.ts';
import * as certificates from './blame-certificates.ts';
import { leadTo, Peers } from './blame-peers.ts';
import { type Blamed, BlameScene } from './blame-scene.ts';

interface Fault {
  readonly domain: string;
  readonly what: string;
  readonly cause: CauseCode;
  readonly side: Side | undefined;
  readonly status: number;
  /** Parts of the sentence, and of the line that mends it. */
  readonly why?: RegExp;
  readonly mend?: RegExp;
  records(): Promise<readonly ZoneRecord[]> | readonly ZoneRecord[];
  meanwhile?(): Promise<void>;
}

const network = await claimLoopback();
const peers = new Peers(network.address(1));
const { key } = certificates;

function cname(name: string, data: string): ZoneRecord {
  return { name, type: 'CNAME', data };
}

const dnsFaults: readonly Omit<Fault, 'side' | 'status'>[] = [
  {
    domain: 'nowhere.test',
    what: 'a domain that DNS does not have',
    cause: 'dns-no-such-domain',
    why: /DNS has no domain nowhere\.test/,
    records: () => [],
  },
  {
    domain: 'mailonly.test',
    what: 'a domain without records for SIP',
    cause: 'dns-no-record',
    mend: /_sip\._udp\.mailonly\.test\. IN SRV/,
    records: () => [a('mail.mailonly.test', peers.address)],
  },
  {
    domain: 'servfail.test',
    what: 'a DNS server that fails',
    cause: 'dns-failed',
    why: /SERVFAIL/,
    mend: /dig \w+ \S*servfail\.test/,
    records: () => [],
  },
  {
    domain: 'silent-dns.test',
    what: 'a DNS server that says nothing',
    cause: 'dns-timeout',
    why: /silent-dns\.test in time/,
    mend: /UDP and TCP 53/,
    records: () => [],
  },
  {
    domain: 'elsewhere.example',
    what: 'a DNS server that refuses the question',
    cause: 'dns-refused',
    why: /REFUSED/,
    records: () => [],
  },
  {
    domain: 'circle.test',
    what: 'aliases in a circle',
    cause: 'dns-alias-loop',
    why: /CNAME records of circle\.test/,
    records: () => [cname('circle.test', 'b.circle.test'), cname('b.circle.test', 'circle.test')],
  },
  {
    domain: 'dotless.test',
    what: 'an SRV target without its final dot',
    cause: 'dns-target-without-dot',
    why: /_sip\._udp\.dotless\.test leads to pbx\.dotless\.test\.dotless\.test/,
    mend: /stands: _sip\._udp\.dotless\.test\. IN SRV 10 0 5060 pbx\.dotless\.test Write instead.* 10 0 5060 pbx\.dotless\.test\.$/,
    records: () => [
      srv('_sip._udp.dotless.test', 10, 0, 5060, 'pbx.dotless.test.dotless.test'),
      a('pbx.dotless.test', peers.address),
    ],
  },
  {
    domain: 'apex.test',
    what: 'an SRV target that is the domain itself without its final dot',
    cause: 'dns-target-without-dot',
    mend: /IN SRV 10 0 5060 apex\.test\.$/,
    records: () => [
      srv('_sip._udp.apex.test', 10, 0, 5060, 'apex.test.apex.test'),
      a('apex.test', peers.address),
    ],
  },
  {
    domain: 'sub.parent.test',
    what: 'an SRV target without its final dot in the zone above the domain',
    cause: 'dns-target-without-dot',
    mend: /IN SRV 10 0 5060 pbx\.parent\.test\.$/,
    records: () => [srv('_sip._udp.sub.parent.test', 10, 0, 5060, 'pbx.parent.test.parent.test')],
  },
  {
    domain: 'naptr-dotless.test',
    what: 'a NAPTR replacement without its final dot',
    cause: 'dns-target-without-dot',
    why: /The NAPTR record of naptr-dotless\.test/,
    mend: /IN NAPTR 10 50 "s" "SIP\+D2U" "" _sip\._udp\.naptr-dotless\.test\.$/,
    records: () => [
      naptr('naptr-dotless.test', 10, 50, 's', 'SIP+D2U', '_sip._udp.naptr-dotless.test.naptr-dotless.test'),
    ],
  },
  {
    domain: 'cname-dotless.test',
    what: 'a CNAME without its final dot',
    cause: 'dns-target-without-dot',
    why: /The CNAME record of pbx\.cname-dotless\.test/,
    mend: /IN CNAME host\.cname-dotless\.test\.$/,
    records: () => [
      srv('_sip._udp.cname-dotless.test', 10, 0, 5060, 'pbx.cname-dotless.test'),
      cname('pbx.cname-dotless.test', 'host.cname-dotless.test.cname-dotless.test'),
    ],
  },
  {
    domain: 'gone.test',
    what: 'an SRV target without an address',
    cause: 'dns-target-missing',
    why: /leads to pbx\.gone\.test, which has no address/,
    mend: /pbx\.gone\.test\. IN A/,
    records: () => [srv('_sip._udp.gone.test', 10, 0, 5060, 'pbx.gone.test')],
  },
  {
    domain: 'provider.test',
    what: "an SRV target in a provider's domain without its final dot",
    cause: 'dns-target-missing',
    mend: /if pbx\.provider\.example was intended: pbx\.provider\.example\./,
    records: () => [srv('_sip._udp.provider.test', 10, 0, 5060, 'pbx.provider.example.provider.test')],
  },
  {
    domain: 'dot.test',
    what: 'SRV records that offer nothing',
    cause: 'dns-not-offered',
    why: /_sip\._udp\.dot\.test is not offered/,
    records: () => [srv('_sip._udp.dot.test', 0, 0, 0, '.'), srv('_sip._tcp.dot.test', 0, 0, 0, '.')],
  },
  {
    domain: 'portless.test',
    what: 'an SRV record with port 0',
    cause: 'dns-unusable',
    why: /10 0 0 pbx\.portless\.test\./,
    records: () => [srv('_sip._udp.portless.test', 10, 0, 0, 'pbx.portless.test')],
  },
  {
    domain: 'private.test',
    what: 'an address of a private network',
    cause: 'dns-not-allowed',
    why: /leads pbx\.private\.test to 10\.0\.0\.1/,
    mend: /add 10\.0\.0\.1\/32 to dns\.allow/,
    records: () => leadTo('private.test', 'udp', '10.0.0.1', 5060),
  },
];

const wayFaults: readonly Omit<Fault, 'status'>[] = [
  {
    domain: 'closed-udp.test',
    what: 'a UDP port at which nothing listens',
    cause: 'pbx-refuses-connection',
    side: 'pbx',
    why: new RegExp(`udp:${peers.address}:\\d+ refuses.*ECONNREFUSED`),
    records: async () => leadTo('closed-udp.test', 'udp', peers.address, await peers.closedPort()),
  },
  {
    domain: 'closed-tcp.test',
    what: 'a TCP port at which nothing listens',
    cause: 'pbx-refuses-connection',
    side: 'pbx',
    why: /tcp:.*ECONNREFUSED/,
    records: async () => leadTo('closed-tcp.test', 'tcp', peers.address, await peers.closedPort()),
  },
  {
    domain: 'closed-tls.test',
    what: 'a TLS port at which nothing listens',
    cause: 'pbx-refuses-connection',
    side: 'pbx',
    records: async () => leadTo('closed-tls.test', 'tls', peers.address, await peers.closedPort()),
  },
  {
    domain: 'no-route.test',
    what: 'an address to which there is no way',
    cause: 'pbx-no-route',
    side: 'owner',
    mend: /sip-call resolve no-route\.test/,
    records: () => leadTo('no-route.test', 'udp', '203.0.113.9', 5060),
  },
  {
    domain: 'black-hole.test',
    what: 'a UDP port that says nothing',
    cause: 'pbx-silent',
    side: 'pbx',
    why: /did not answer within 0\.6 s/,
    mend: /firewall of the PBX/,
    records: async () => leadTo('black-hole.test', 'udp', peers.address, (await peers.udp()).port),
  },
  {
    domain: 'mute-tcp.test',
    what: 'a TCP port that takes the request and says nothing',
    cause: 'pbx-silent',
    side: 'pbx',
    records: async () => leadTo('mute-tcp.test', 'tcp', peers.address, await peers.tcp(() => {})),
  },
  ...(['tcp', 'tls'] as const).map(way => ({
    domain: `dropped-${way}.test`,
    what: `a ${way.toUpperCase()} port behind a firewall that drops packets`,
    cause: 'pbx-connect-timeout' as const,
    side: 'pbx' as const,
    mend: /Open this port at the firewall/,
    records: async () => leadTo(`dropped-${way}.test`, way, peers.address, await peers.blackHole()),
  })),
  {
    domain: 'resets.test',
    what: 'a TCP server that ends the connection',
    cause: 'pbx-resets',
    side: 'pbx',
    records: async () => {
      const port = await peers.tcp(socket => socket.once('data', () => socket.resetAndDestroy()));
      return leadTo('resets.test', 'tcp', peers.address, port);
    },
  },
  {
    domain: 'closes.test',
    what: 'a TCP server that closes the connection in order',
    cause: 'pbx-resets',
    side: 'pbx',
    records: async () => {
      const port = await peers.tcp(socket => socket.once('data', () => socket.end()));
      return leadTo('closes.test', 'tcp', peers.address, port);
    },
  },
  {
    domain: 'web-server.test',
    what: 'a TCP server of another protocol',
    cause: 'pbx-unreadable',
    side: 'pbx',
    records: async () => {
      const port = await peers.tcp(socket =>
        socket.once('data', () => socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')),
      );
      return leadTo('web-server.test', 'tcp', peers.address, port);
    },
  },
  {
    domain: 'expired.test',
    what: 'a certificate that has expired',
    cause: 'certificate-expired',
    side: 'pbx',
    why: /until Jan {1,2}1 00:00:00 2026 GMT, issued to expired\.test/,
    mend: /Renew the certificate of the PBX for expired\.test/,
    records: async () =>
      leadTo('expired.test', 'tls', peers.address, await peers.tls({ key, cert: certificates.expired })),
  },
  {
    domain: 'early.test',
    what: 'a certificate that is not valid yet',
    cause: 'certificate-not-yet-valid',
    side: 'pbx',
    why: /from Jan {1,2}1 00:00:00 2120 GMT/,
    records: async () =>
      leadTo('early.test', 'tls', peers.address, await peers.tls({ key, cert: certificates.notYetValid })),
  },
  {
    domain: 'named.test',
    what: 'a certificate for another name',
    cause: 'certificate-name',
    side: 'pbx',
    why: /for another name than named\.test.*its names: DNS:another\.test/,
    records: async () =>
      leadTo('named.test', 'tls', peers.address, await peers.tls({ key, cert: certificates.ofAnother })),
  },
  {
    domain: 'self.test',
    what: 'a certificate that is signed by itself',
    cause: 'certificate-self-signed',
    side: 'pbx',
    records: async () =>
      leadTo('self.test', 'tls', peers.address, await peers.tls({ key, cert: certificates.selfSigned })),
  },
  {
    domain: 'unknown.test',
    what: 'a certificate of an unknown authority',
    cause: 'certificate-unknown-authority',
    side: 'pbx',
    records: async () =>
      leadTo('unknown.test', 'tls', peers.address, await peers.tls({ key: privateKey, cert: certificate })),
  },
  {
    domain: 'unknown-chain.test',
    what: 'a chain up to an unknown authority',
    cause: 'certificate-unknown-authority',
    side: 'pbx',
    records: async () => {
      const cert = `${certificate}\n${unknownAuthority}`;
      return leadTo('unknown-chain.test', 'tls', peers.address, await peers.tls({ key: privateKey, cert }));
    },
  },
  {
    domain: 'plain-sip.test',
    what: 'a port of plain SIP where TLS is expected',
    cause: 'no-tls',
    side: 'pbx',
    mend: /_sips\._tcp\.plain-sip\.test/,
    records: async () => {
      const port = await peers.tcp(socket =>
        socket.once('data', () => socket.write('SIP/2.0 400 Bad\r\n\r\n')),
      );
      return leadTo('plain-sip.test', 'tls', peers.address, port);
    },
  },
  {
    domain: 'hangs-up-tls.test',
    what: 'a port that ends the connection where TLS is expected',
    cause: 'no-tls',
    side: 'pbx',
    records: async () => {
      const port = await peers.tcp(socket => socket.once('data', () => socket.destroy()));
      return leadTo('hangs-up-tls.test', 'tls', peers.address, port);
    },
  },
  {
    domain: 'mute-tls.test',
    what: 'a port that says nothing where TLS is expected',
    cause: 'no-tls',
    side: 'pbx',
    records: async () => leadTo('mute-tls.test', 'tls', peers.address, await peers.tcp(() => {})),
  },
  {
    domain: 'picky.test',
    what: 'a TLS server that demands a certificate of guests',
    cause: 'tls-refused',
    side: 'pbx',
    mend: /require_client_cert=no/,
    records: async () => {
      const demanding = { key, cert: certificates.accepted, requestCert: true, rejectUnauthorized: true };
      const port = await peers.tls({ ...demanding, ca: certificates.authority, maxVersion: 'TLSv1.2' });
      return leadTo('picky.test', 'tls', peers.address, port);
    },
  },
  {
    domain: 'old-tls.test',
    what: 'a TLS server of old versions alone',
    cause: 'tls-refused',
    side: 'pbx',
    mend: /TLS 1\.2 or newer/,
    records: async () => {
      const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
      const port = await peers.tls({ key, cert: certificates.accepted, ...old });
      return leadTo('old-tls.test', 'tls', peers.address, port);
    },
  },
];

const SIP = 'answers.test';
const G729 =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 30000 RTP/AVP 18\r\n';

interface Said {
  readonly said: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly rings?: boolean;
  readonly cause: CauseCode | RegExp;
  readonly side?: Side;
  readonly status: number;
  readonly why?: RegExp;
  readonly mend?: RegExp;
}

const answers: readonly Said[] = [
  ...['401 Unauthorized', '407 Proxy Authentication Required'].map(
    (said): Said => ({ said, cause: 'pbx-asks-password', side: 'pbx', status: 502, mend: /sip-call pbx/ }),
  ),
  { said: '403 Forbidden', cause: 'pbx-forbids', side: 'pbx', status: 502 },
  { said: '433 Anonymity Disallowed', cause: 'pbx-refuses-anonymous', side: 'pbx', status: 502 },
  ...['404 Not Found', '410 Gone', '416 Bad Scheme', '484 Incomplete', '485 Ambiguous', '604 Nowhere'].map(
    (said): Said => ({
      said,
      cause: 'pbx-lacks-user',
      side: 'pbx',
      status: 480,
      why: /has no extension director/,
      mend: /Add director to the context/,
    }),
  ),
  // A drachtio-server answers with the same 408 when the PBX is silent.
  ...(deployment.engine === 'embedded'
    ? [{ said: '408 Request Timeout', cause: 'no-answer', status: 480 } as const]
    : []),
  {
    said: '480 Temporarily Unavailable',
    cause: 'phone-unavailable',
    side: 'pbx',
    status: 480,
    mend: /of director/,
  },
  { said: '480 Temporarily Unavailable', rings: true, cause: 'no-answer', status: 480 },
  { said: '487 Request Terminated', cause: 'no-answer', status: 480 },
  ...['415 Unsupported Media Type', '488 Not Acceptable Here', '606 Not Acceptable'].map(
    (said): Said => ({
      said,
      body: G729,
      cause: 'pbx-refuses-codecs',
      side: 'pbx',
      status: 502,
      why: /codecs offered, .*PCM[AU].*takes: G729/,
      mend: /media\.rtpengine/,
    }),
  ),
  {
    said: '488 Not Acceptable Here',
    cause: 'pbx-refuses-codecs',
    side: 'pbx',
    status: 502,
    why: /it does not say/,
  },
  {
    said: '420 Bad Extension',
    headers: ['Unsupported: x-own'],
    cause: 'pbx-asks-extension',
    side: 'pbx',
    status: 502,
    why: /x-own/,
  },
  {
    said: '421 Extension Required',
    headers: ['Require: x-own'],
    cause: 'pbx-asks-extension',
    side: 'pbx',
    status: 502,
    why: /x-own/,
  },
  ...['482 Loop Detected', '483 Too Many Hops'].map(
    (said): Said => ({ said, cause: 'pbx-loops', side: 'pbx', status: 502 }),
  ),
  ...['486 Busy Here', '600 Busy Everywhere'].map((said): Said => ({ said, cause: 'busy', status: 486 })),
  ...['603 Decline', '607 Unwanted', '608 Rejected'].map(
    (said): Said => ({ said, cause: 'declined', status: 603 }),
  ),
  ...['500 Server Internal Error', '501 Not Implemented', '504 Server Time-out', '513 Message Too Large'].map(
    (said): Said => ({ said, cause: 'pbx-fails', side: 'pbx', status: 503, mend: /log of the PBX/ }),
  ),
  { said: '503 Service Unavailable', cause: 'pbx-takes-no-calls', side: 'pbx', status: 503 },
  { said: '400 Bad Request', cause: 'pbx-refuses', side: 'pbx', status: 502 },
  { said: '499 Whatever', cause: 'pbx-refuses', side: 'pbx', status: 502 },
  { said: '302 Moved Temporarily', cause: 'pbx-redirects', side: 'pbx', status: 480, mend: /forward/ },
  // It is an answer like 200 (RFC 3261 13.2.2.4), here without a description.
  { said: '202 Accepted', cause: 'sdp-malformed', side: 'pbx', status: 502 },
  { said: '200 OK', body: G729, cause: /^sdp-/, side: 'pbx', status: 502, why: /udp:\S+ answered with/ },
  { said: '200 OK', body: 'v=0\r\nnonsense', cause: /^sdp-/, side: 'pbx', status: 502 },
];

let scene: BlameScene;
let pbx: RawPeer;
let row: RawPeer;

before(async () => {
  pbx = await peers.udp();
  row = await peers.udp();
  const faults = [...dnsFaults, ...wayFaults];
  const records: ZoneRecord[] = [
    ...leadTo(SIP, 'udp', peers.address, pbx.port),
    ...leadTo('row.test', 'udp', peers.address, row.port),
    srv('_sip._udp.several.test', 1, 0, (await peers.udp()).port, 'pbx.several.test'),
    srv('_sip._udp.several.test', 2, 0, await peers.closedPort(), 'pbx.several.test'),
    a('pbx.several.test', peers.address),
  ];
  for (const fault of faults) records.push(...(await fault.records()));
  scene = await BlameScene.open({
    address: network.address(2),
    domains: [...faults.map(({ domain }) => domain), SIP, 'row.test', 'several.test'],
    records,
    misbehave: ({ name }) => {
      if (name.endsWith('servfail.test')) return 'servfail';
      return name.endsWith('silent-dns.test') ? 'silence' : undefined;
    },
  });
});

after(async () => {
  await scene?.close();
  await peers.close();
});

/** Reasons of the element that blame the visitor, their network or a name. */
const wrongWords = ['not-found', 'media-failed', 'gateway-unreachable'];

function check(
  { status, told, line }: Blamed,
  expected: Omit<Said, 'said'> & { readonly level?: string },
): void {
  const { cause, side } = expected;
  if (cause instanceof RegExp) assert.match(String(line.cause), cause);
  else assert.equal(line.cause, cause, JSON.stringify(line));
  assert.equal(line.side, side);
  assert.equal(status, expected.status);
  assert.equal(told, side ? `${line.cause};side=${side}` : line.cause);
  assert.ok(!wrongWords.includes(reasonForStatus(status)), `the visitor is told ${reasonForStatus(status)}`);
  assert.equal(line.level, expected.level ?? (side && line.mend ? 'warn' : 'info'));
  assert.match(String(line.why), expected.why ?? /\w/);
  assert.doesNotMatch(`${line.why} ${line.mend ?? ''}`, /[{}]|undefined/);
  if (side) assert.match(String(line.mend), expected.mend ?? /\w/);
}

for (const { domain, what, ...expected } of dnsFaults) {
  test(`${what}: ${expected.cause}`, async () => {
    check(await scene.call(domain), { ...expected, side: 'owner', status: 503 });
  });
}

for (const { domain, what, ...expected } of wayFaults) {
  test(`${what}: ${expected.cause}`, async () => {
    check(await scene.call(domain), { ...expected, status: 503 });
  });
}

for (const { said, headers = [], body, rings = false, ...expected } of answers) {
  test(`a PBX that says ${said}${rings ? ' after it rang' : ''}${body ? ' with SDP' : ''}: ${expected.cause}`, async () => {
    const blamed = await scene.call(SIP, async () => {
      const invite = await pbx.request('INVITE');
      if (rings) pbx.respond(invite, '180 Ringing');
      pbx.respond(invite, said, { headers, ...(body && { body }) });
      await pbx.request('ACK');
      if (!said.startsWith('20')) return;
      const bye = await pbx.request('BYE');
      if (body) assert.match(bye.headers.get('Reason') ?? '', /^SIP;cause=488;text="sdp-/);
      pbx.respond(bye, '200 OK');
    });
    check(blamed, expected);
  });
}

/** The SDP of a refusal or an answer that takes these codecs. */
const takes = (...codecs: readonly string[]) =>
  [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio 30000 RTP/AVP ${codecs.map((_, i) => 100 + i).join(' ')}`,
    ...codecs.map((codec, i) => `a=rtpmap:${100 + i} ${codec}`),
    '',
  ].join('\r\n');
const PCMU = 'PCMU/8000';
const PCMA = 'PCMA/8000';
const OPUS = 'opus/48000/2';

/** What a page offers, what the PBX then says, and which side is at fault. Every browser has opus, PCMU and PCMA. */
const withheld: readonly (readonly [string[], string, string | undefined, Side, RegExp?])[] = [
  [
    [OPUS],
    '488 Not Acceptable Here',
    undefined,
    'visitor',
    /offers opus, without PCMU, PCMA, which .*does not say/,
  ],
  [[OPUS], '415 Unsupported Media Type', takes(PCMA), 'visitor', /takes: PCMA/],
  [['G722/8000'], '606 Not Acceptable', takes('GSM/8000', PCMU), 'visitor', /without opus, PCMU, PCMA/],
  [[PCMU], '488 Not Acceptable Here', takes(PCMA), 'visitor', /without opus, PCMA/],
  [[OPUS], '200 OK', takes(PCMA), 'visitor', /takes: PCMA/],
  // No browser has these, or the PBX takes what it was offered, or it does not say which of the usual ones it lacks.
  [[OPUS], '488 Not Acceptable Here', takes('G729/8000', 'GSM/8000'), 'pbx'],
  [[OPUS], '488 Not Acceptable Here', takes(OPUS, PCMA), 'pbx'],
  [[PCMU], '488 Not Acceptable Here', undefined, 'pbx'],
  [[OPUS, PCMU, PCMA], '488 Not Acceptable Here', undefined, 'pbx'],
  [[OPUS], '200 OK', takes('GSM/8000'), 'pbx'],
];

for (const [codecs, said, body, side, why] of withheld) {
  const names = codecs.map(codec => codec.split('/', 1)[0]).join(', ');
  test(`a page that offers ${names} alone, and a PBX that says ${said}${body ? ` with ${body.match(/(?<=rtpmap:\d+ )\w+/g)}` : ''}: ${side}`, async () => {
    const before = scene.offences.length;
    const blamed = await scene.call(
      SIP,
      async () => {
        const invite = await pbx.request('INVITE');
        pbx.respond(invite, said, { ...(body && { body }) });
        await pbx.request('ACK');
        if (!said.startsWith('20')) return;
        const bye = await pbx.request('BYE');
        assert.match(bye.headers.get('Reason') ?? '', /^SIP;cause=488;/);
        pbx.respond(bye, '200 OK');
      },
      sdp =>
        sdp
          .replace(/^(m=audio \d+ \S+) .*$/m, `$1 ${codecs.map((_, i) => 110 + i).join(' ')}`)
          .replace(/^a=(rtpmap|fmtp):.*\r\n/gm, '')
          .concat(codecs.map((codec, i) => `a=rtpmap:${110 + i} ${codec}\r\n`).join('')),
    );
    if (side === 'visitor') {
      check(blamed, { cause: 'visitor-lacks-codecs', side, status: 400, level: 'info', ...(why && { why }) });
    } else check(blamed, { cause: /codec/, side, status: 502 });
    assert.equal(scene.offences.length, before);
  });
}

for (const [what, answer] of [
  ['what is no SIP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ['a response without its headers', 'SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
] as const) {
  test(`a PBX that answers with ${what}: pbx-unreadable`, async () => {
    const blamed = await scene.call(SIP, async () => {
      await pbx.request('INVITE');
      pbx.send(answer);
    });
    check(blamed, { cause: 'pbx-unreadable', side: 'pbx', status: 503 });
    // The transaction has ended: what was sent again meanwhile is of no call any more.
    pbx.inbox.length = 0;
  });
}

test('a PBX that says 100 and nothing more: pbx-slow', async () => {
  const blamed = await scene.call(SIP, async () => pbx.respond(await pbx.request('INVITE'), '100 Trying'));
  pbx.respond(await pbx.request('CANCEL'), '200 OK');
  check(blamed, { cause: 'pbx-slow', side: 'pbx', status: 503, why: /neither rang nor answered within 8 s/ });
});

test('a domain with several servers that all fail: the cause is that of the best, and all are listed', async () => {
  const { line, status } = await scene.call('several.test');
  assert.deepEqual([line.cause, status], ['pbx-silent', 503]);
  const attempts = line.attempts as { server: string; cause: string }[];
  assert.deepEqual(
    attempts.map(({ cause }) => cause),
    ['pbx-silent', 'pbx-refuses-connection'],
  );
  assert.equal(attempts[0]?.server, line.server);
});

test('the last five calls that failed alike are one error line, with the line that mends it; a call that is busy ends the row', async () => {
  const answer = (said: string) =>
    scene.call('row.test', async () => {
      row.respond(await row.request('INVITE'), said);
      await row.request('ACK');
    });
  const lines = () =>
    scene.gateway.log.split('\n').filter(line => /"site":"row\.test".*failed with the same cause/.test(line));
  for (let i = 0; i < 4; i++) await answer('401 Unauthorized');
  await answer('486 Busy Here');
  for (let i = 0; i < 4; i++) await answer('401 Unauthorized');
  assert.deepEqual(lines(), []);
  for (let i = 0; i < 4; i++) await answer('401 Unauthorized');
  const [line = '', ...more] = lines();
  assert.equal(more.length, 0);
  const { level, cause, side, mend } = JSON.parse(line);
  assert.deepEqual([level, cause, side], ['error', 'pbx-asks-password', 'pbx']);
  assert.match(mend, /sip-call pbx/);
});

test("no failure that is not the visitor's is an offence", () => {
  assert.deepEqual(scene.offences, []);
});
