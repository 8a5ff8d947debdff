// How much SIP text one core reads and writes, beside the parsers that others use: the messages of a call, round and
// round, in one run.

import type { SipMessage } from '../../gateway/engine/message/message.ts';
import { parseMessage } from '../../gateway/engine/message/parse.ts';
import { checkRequest } from '../../gateway/engine/message/sanity.ts';
import { serialize } from '../../gateway/engine/message/serialize.ts';
import { atLeast, type Figure } from './figure.ts';
import { type OtherParser, otherParsers } from './other-parsers.ts';

const sdp = [
  'v=0',
  'o=- 3724394400 3724394405 IN IP4 192.0.2.10',
  's=-',
  'c=IN IP4 192.0.2.10',
  't=0 0',
  'm=audio 20000 RTP/AVP 8 0 101',
  'a=rtpmap:101 telephone-event/8000',
  'a=sendrecv',
  '',
].join('\r\n');

const common = [
  'Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK776asdhds9f8s7df;rport',
  'Via: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56sdasks;received=198.51.100.7',
  'From: "Visitor" <sip:anonymous@gateway.example.com>;tag=fyuknmrs34',
  'Call-ID: asidkj3ss0a9s8d7f6g5h4j3k2l1@gateway.example.com',
  'Contact: <sip:192.0.2.10:5060;transport=udp>',
];

const message = (start: string, fields: readonly string[], body = '') =>
  Buffer.from([start, ...common, ...fields, `Content-Length: ${body.length}`, '', body].join('\r\n'));

/** Set up, ring, answer, hang up. */
const call = [
  message(
    'INVITE sip:director@pbx.example.com;transport=udp SIP/2.0',
    [
      'Max-Forwards: 69',
      'To: <sip:director@pbx.example.com>',
      'CSeq: 1 INVITE',
      'Allow: INVITE, ACK, CANCEL, BYE, UPDATE, INFO, PRACK, OPTIONS',
      'Supported: timer, replaces',
      'User-Agent: sip-call',
      'Content-Type: application/sdp',
    ],
    sdp,
  ),
  message('SIP/2.0 180 Ringing', ['To: <sip:director@pbx.example.com>;tag=8321234356', 'CSeq: 1 INVITE']),
  message(
    'SIP/2.0 200 OK',
    ['To: <sip:director@pbx.example.com>;tag=8321234356', 'CSeq: 1 INVITE', 'Content-Type: application/sdp'],
    sdp,
  ),
  message('BYE sip:192.0.2.20:5060 SIP/2.0', [
    'Max-Forwards: 70',
    'To: <sip:director@pbx.example.com>;tag=8321234356',
    'CSeq: 2 BYE',
  ]),
];

/** Share of a figure's runs; the slow ones take seconds for each thousand messages. */
const SECONDS_EACH = 1.5;

export async function benchParser(): Promise<Figure[]> {
  const ours: OtherParser = {
    name: 'sip-call',
    read: parseMessage,
    write: (read: SipMessage) => serialize(read),
  };
  const others = await otherParsers();
  const readings = new Map([ours, ...others].map(parser => [parser.name, rate(parser.read)]));
  const writings = new Map(
    [ours, ...others].flatMap(({ name, read, write }) => {
      if (!write) return [];
      const models = call.map(bytes => read(bytes) as never);
      return [[name, rateOf(models, write)] as const];
    }),
  );
  const checked = rate(bytes => {
    const read = parseMessage(bytes);
    return read.kind === 'request' ? checkRequest(read) : read;
  });
  return [
    ...compared('read', readings),
    figure('sip-call: read and checked', checked),
    ...compared('write', writings),
  ];
}

function compared(what: string, rates: ReadonlyMap<string, number>): Figure[] {
  const best = Math.max(...[...rates].filter(([name]) => name !== 'sip-call').map(([, value]) => value));
  return [...rates].map(([name, value]) => ({
    ...figure(`${name}: ${what}`, value),
    ...(name === 'sip-call' &&
      what === 'read' && { aim: atLeast(value, Math.round(3 * best), 'a CPU-second') }),
  }));
}

const figure = (name: string, value: number): Figure => ({
  name,
  value: `${Math.round(value).toLocaleString('en')} per CPU-second`,
});

const rate = (work: (bytes: Buffer) => unknown) => rateOf(call, work);

/** Messages per CPU-second, the best of several runs. */
function rateOf<T>(messages: readonly T[], work: (message: T) => unknown): number {
  let best = 0;
  const until = performance.now() + SECONDS_EACH * 1000;
  do {
    const before = process.cpuUsage();
    let rounds = 0;
    const pause = performance.now() + 150;
    do {
      for (const one of messages) work(one);
      rounds++;
    } while (performance.now() < pause);
    const { user, system } = process.cpuUsage(before);
    best = Math.max(best, (rounds * messages.length) / ((user + system) / 1e6));
  } while (performance.now() < until);
  return best;
}
