// SDP of many PBXs, built from their differences, and the result in short notation:  0 126>101 @10200
// rtcp=10300 recvonly ptime=20  The browser's numbers of the codecs, with the PBX's number when it differs;
// the target of packets; the direction unless it is sendrecv. Lines are separated by |, a refused one is -,
// and ! is a refused call with its reason.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MediaDescription, parse } from 'sdp-transform';
import { localAddressFor, openAddress } from '../../../../gateway/media/address.ts';
import { Negotiation, type NegotiationResult } from '../../../../gateway/media/embedded/negotiation.ts';
import { MediaError } from '../../../../gateway/media/relay.ts';
import { notNegotiated } from '../../../../gateway/media/sdp/plan.ts';
import { chromium, print } from '../sdp-samples.ts';

/** The address of the PBX unless a row states another. */
export const PBX = '198.51.100.7';

/** The host names in DNS. */
const hosts: Readonly<Record<string, readonly string[]>> = {
  'pbx.mysite.test': [PBX],
  'two.mysite.test': ['192.168.1.5', '198.51.100.9'],
  'inside.mysite.test': ['192.168.1.5'],
  'six.mysite.test': ['2001:db8::7'],
  none: [],
};

/** The fence forbids the private networks and one other host. */
const allowed = (address: string) => !/^(?:10\.|192\.168\.|203\.0\.113\.66$|::|fe80)/.test(address);

export interface Surroundings {
  /** Whether networks of PBXs behind NAT are configured. */
  readonly latches?: boolean;
  readonly family?: 4 | 6;
}

export function negotiationWith({ latches = false, family = 4 }: Surroundings = {}): Negotiation {
  const resolveHost = async (host: string) => {
    if (hosts[host]) return hosts[host];
    throw new Error(`${host}: no such domain`);
  };
  return new Negotiation({
    call: 'call',
    browser: { candidateAddresses: [{ ip: '192.0.2.1', port: 3478, tcpPort: 3479 }], fingerprint: print },
    pbx: {
      localAddressFor: pbx => localAddressFor([openAddress(family === 6 ? '2001:db8::9' : '192.0.2.9')], pbx),
      allowed,
      latches,
      resolveHost,
    },
    ports: async lines => lines.map(line => 20_000 + line * 2),
  });
}

interface SdpHead {
  readonly o?: string;
  readonly s?: string;
  readonly c?: string | undefined;
  readonly more?: readonly string[];
}

/** Writes SDP with this head; m= lines and their attributes follow. */
export function writer({ o = '- 1 1', s = '-', c = `IN IP4 ${PBX}`, more = [] }: SdpHead) {
  return (...media: readonly string[]) =>
    [
      'v=0',
      `o=${o} IN IP4 ${PBX}`,
      `s=${s}`,
      ...(c === '' ? [] : [`c=${c}`]),
      't=0 0',
      ...more,
      ...media,
      '',
    ].join('\r\n');
}

export const rtpmaps = {
  opus: 'a=rtpmap:111 opus/48000/2',
  g722: 'a=rtpmap:9 G722/8000',
  ulaw: 'a=rtpmap:0 PCMU/8000',
  alaw: 'a=rtpmap:8 PCMA/8000',
  g729: 'a=rtpmap:18 G729/8000',
  event: 'a=rtpmap:101 telephone-event/8000',
} as const;
export const events = [rtpmaps.event, 'a=fmtp:101 0-16'];

export type SdpRow = readonly [
  what: string,
  sdp: string,
  comes: string,
  around?: Surroundings & { readonly video?: boolean },
];

/** A PBX answers Chromium's offer. */
export function answers(family: string, rows: readonly SdpRow[]): void {
  for (const [what, sdp, comes, around = {}] of rows) {
    test(`${family} answers ${what}`, async () => {
      const negotiation = negotiationWith(around);
      await negotiation.offer('browser', chromium({ video: around.video ?? false }));
      const outcome = await negotiation.answer('pbx', sdp).catch(faultIn);
      if (typeof outcome !== 'string') assertStrict(outcome.sdp);
      assert.equal(typeof outcome === 'string' ? shortened(outcome, comes) : described(outcome), comes);
    });
  }
}

/** A PBX offers during a call with PCMU and events; the browser accepts everything. */
export function offers(family: string, rows: readonly (readonly [...SdpRow, replied?: string])[]): void {
  for (const [what, sdp, comes, around = {}, replied] of rows) {
    test(`${family} offers ${what}`, async () => {
      const negotiation = negotiationWith(around);
      await negotiation.offer('browser', chromium({ video: around.video ?? false }));
      await negotiation.answer('pbx', standing);
      const offer = await negotiation.offer('pbx', sdp).catch(faultIn);
      if (offer.startsWith('!')) {
        assert.equal(shortened(offer, comes), comes);
        return;
      }
      assertStrict(offer);
      const outcome = await negotiation.answer('browser', accepted(offer));
      assert.equal(described(outcome, 'pbx').replaceAll('- | ', '').replaceAll(' | -', ''), comes);
      if (replied !== undefined) assert.equal(linesOf(outcome.sdp), replied);
    });
  }
}

const standing = writer({ s: 'standing' })('m=audio 10000 RTP/AVP 0 101', rtpmaps.ulaw, ...events);

function faultIn(error: unknown): string {
  assert.ok(error instanceof MediaError, String(error));
  assert.notEqual(error.status, 503);
  return `!${error.reason}: ${error.message}`;
}

/** A row may omit the sentence. */
function shortened(fault: string, comes: string): string {
  return comes.includes(': ') ? fault : fault.split(': ', 1)[0]!;
}

/** `to`: the side whose numbers are in the answer. */
function described({ sdp, plan }: NegotiationResult, to: 'browser' | 'pbx' = 'browser'): string {
  const plans = [...plan.lines];
  const lines = parse(sdp).media.map(media => {
    if (media.port === 0) return '-';
    const line = plans.shift();
    assert.ok(line, 'a line without a plan');
    const types = [...line.toPbx.entries()].filter(([, pbx]) => pbx !== notNegotiated);
    const order = String(media.payloads).split(' ').map(Number);
    const place = ([browser, pbx]: readonly [number, number]) =>
      order.indexOf(to === 'browser' ? browser : pbx);
    const codecs = types
      .sort((one, other) => place(one) - place(other))
      .map(([browser, pbx]) => (browser === pbx ? `${browser}` : `${browser}>${pbx}`));
    return [...codecs, ...whereabouts(line), ...manners(media)].join(' ');
  });
  return lines.join(' | ');
}

function whereabouts({ remote }: NegotiationResult['plan']['lines'][number]): string[] {
  if (remote === null) return ['@hold'];
  const { address, port, rtcpAddress, rtcpPort, fenced } = remote;
  if (fenced) return [`@?${address}:${port}`];
  const host = (said: string) => (said === PBX ? '' : `${said}:`);
  const rtcp =
    rtcpAddress === address && rtcpPort === port + 1 ? [] : [`rtcp=${host(rtcpAddress)}${rtcpPort}`];
  return [`@${host(address)}${port}`, ...rtcp];
}

function manners({ direction, ptime, maxptime }: MediaDescription): string[] {
  return [
    ...(direction === 'sendrecv' ? [] : [String(direction)]),
    ...(ptime === undefined ? [] : [`ptime=${ptime}`]),
    ...(maxptime === undefined ? [] : [`maxptime=${maxptime}`]),
  ];
}

/** The lines for the PBX: `audio 0 101`, a refused line without its numbers. */
function linesOf(sdp: string): string {
  return parse(sdp)
    .media.map(({ type, port, protocol, payloads }) =>
      port === 0 ? `${type} -` : `${type} ${protocol === 'RTP/AVP' ? '' : `${protocol} `}${payloads}`,
    )
    .join(', ');
}

/** The answer of a browser that accepts everything. */
function accepted(offer: string): string {
  const media = parse(offer).media.flatMap(line => [
    `m=${line.type} ${line.port === 0 ? 0 : 9} UDP/TLS/RTP/SAVPF ${line.payloads}`,
    ...line.rtp.map(
      ({ payload, codec, rate, encoding }) =>
        `a=rtpmap:${payload} ${codec}/${rate}${encoding ? `/${encoding}` : ''}`,
    ),
    ...line.fmtp.map(({ payload, config }) => `a=fmtp:${payload} ${config}`),
    `a=mid:${line.mid}`,
    'a=rtcp-mux',
    `a=${{ sendonly: 'recvonly', recvonly: 'sendonly' }[String(line.direction)] ?? line.direction}`,
  ]);
  const head = ['v=0', 'o=- 1 3 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1'];
  const transport = [
    'a=ice-ufrag:a1B2',
    'a=ice-pwd:abcdefghijklmnopqrstuvwx',
    `a=fingerprint:sha-256 ${print}`,
  ];
  return [...head, ...transport, 'a=setup:active', ...media, ''].join('\r\n');
}

const STRICT = new RegExp(
  `^(?:${[
    'v=0',
    'o=- \\d+ \\d+ IN IP4 192\\.0\\.2\\.1',
    's=-',
    't=0 0',
    'a=ice-lite',
    'a=group:BUNDLE(?: \\w+)+',
    'm=(?:audio|video) (?:3478|0) UDP/TLS/RTP/SAVPF(?: \\d{1,3})+',
    'm=(?:audio|video) 0 RTP/AVP(?: \\d{1,3})+',
    'c=IN IP4 (?:192\\.0\\.2\\.1|0\\.0\\.0\\.0)',
    'a=rtpmap:\\d{1,3} (?:opus/48000/2|(?:G722|PCM[UA])/8000|telephone-event/(?:8|48)000|(?:VP8|H264)/90000)',
    'a=fmtp:\\d{1,3} [\\w=,.+/ -]+(?:;[\\w=,.+/ -]+)*',
    'a=rtcp-fb:\\d{1,3} (?:nack|nack pli|ccm fir)',
    'a=(?:max)?ptime:[1-9]\\d{0,3}',
    'a=(?:sendrecv|sendonly|recvonly|inactive)',
    'a=(?:mid:\\w+|msid:pbx pbx-\\w+|rtcp-mux|end-of-candidates|setup:(?:passive|actpass))',
    'a=ice-(?:ufrag:[\\w+/]{8}|pwd:[\\w+/]{24})',
    'a=fingerprint:sha-256 [0-9A-F:]{95}',
    'a=candidate:\\d 1 (?:udp|tcp) \\d+ 192\\.0\\.2\\.1 34(?:78|79) typ host(?: tcptype passive)?',
  ].join('|')})$`,
);

/** Whatever a PBX writes, a browser gets SDP from the gateway only. */
export function assertStrict(sdp: string): void {
  assert.ok(sdp.endsWith('\r\n'));
  for (const line of sdp.slice(0, -2).split('\r\n')) assert.match(line, STRICT);
}
