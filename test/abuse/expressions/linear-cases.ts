// Texts that cost most where one is read in a loop rather than by an expression, each in the size that it is asked for,
// and the door that it comes in by.

import { Buffer } from 'node:buffer';
import { createRequire } from 'node:module';
import { StreamFramer } from '../../../gateway/engine/message/framer.ts';
import { messageLimits } from '../../../gateway/engine/message/limits.ts';
import { FlightOrder, readRecords } from '../../../gateway/media/embedded/dtls/records.ts';
import { readBinding } from '../../../gateway/media/embedded/stun.ts';
import { readDescription } from '../../../gateway/media/sdp/description.ts';
import { offerForBrowser, offerForPbx } from '../../../gateway/media/sdp/offer.ts';
import { slotsOf } from '../../../gateway/media/sdp/slots.ts';
import { Proxies } from '../../../gateway/net/client-address.ts';
import { answerOf } from '../../../gateway/resolver/dns-answer.ts';
import { readReply } from '../../../gateway/resolver/dns-message.ts';
import { handedOn } from './handed-on.ts';

export interface LinearCase {
  /** The most bytes that are let in there. */
  readonly most: number;
  /** Reads that many bytes; what is returned takes the time. */
  make(bytes: number): () => unknown;
  /** Not linear, and never more than that many milliseconds. */
  readonly bounded?: number;
}

const filled = (text: string, bytes: number) => text.repeat(Math.max(1, Math.floor(bytes / text.length)));

const sip = (headers: string) =>
  Buffer.from(
    `INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\n` +
      `Call-ID: c\r\nCSeq: 1 INVITE\r\nContact: <sip:a@b>\r\n${headers}Content-Length: 0\r\n\r\n`,
  );
const head = 300;

/** A message that has `text` as often as fits in the place of `%`. */
const message = (template: string, text: string, most = messageLimits.messageBytes): LinearCase => ({
  most,
  make: bytes => {
    const whole = sip(template.replace('%', () => filled(text, bytes - head)));
    return () => handedOn(whole);
  },
});

/** One pushed byte by byte, as a stream may bring it. */
const trickle = (template: string, text: string): LinearCase => ({
  most: messageLimits.headerBytes,
  make: bytes => {
    const whole = sip(template.replace('%', () => filled(text, bytes - head)));
    return () => {
      const framer = new StreamFramer();
      for (let at = 0; at < whole.length; at++) framer.push(whole.subarray(at, at + 1));
    };
  },
});

const none = slotsOf([], []);
const sdpHead =
  'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=ice-ufrag:abcd\r\n' +
  `a=ice-pwd:${'p'.repeat(24)}\r\na=fingerprint:sha-256 ${Array(32).fill('AA').join(':')}\r\na=setup:actpass\r\n`;
const mLine = (protocol: string) => `m=audio 40000 ${protocol} 0 8 101 96\r\na=mid:0\r\na=rtcp-mux\r\n`;

/** An offer of a page or of a PBX. A thousand lines are let in, so each is made as long as it must be. */
const offer = (side: 'page' | 'PBX', text: string): LinearCase => ({
  most: 60 * 1024,
  make: bytes => {
    const lines = filled(text, bytes - 600);
    const sdp = sdpHead + mLine(side === 'page' ? 'UDP/TLS/RTP/SAVPF' : 'RTP/AVP') + lines;
    const net = { family: 4, allowed: () => true } as unknown as Parameters<typeof offerForBrowser>[3];
    return () => {
      try {
        if (side === 'page') offerForPbx(sdp, none, () => 1);
        else offerForBrowser(readDescription(sdp), none, () => 1, net, new Map());
      } catch {}
    };
  },
});

const stun = (size: number): LinearCase => ({
  most: 1500,
  make: bytes => {
    const count = Math.floor((bytes - 20) / (4 + size));
    const whole = Buffer.alloc(20 + count * (4 + size));
    whole.writeUInt16BE(1, 0);
    whole.writeUInt16BE(whole.length - 20, 2);
    whole.writeUInt32BE(0x2112a442, 4);
    for (let i = 0; i < count; i++) whole.writeUInt16BE(size, 20 + i * (4 + size) + 2);
    return () => {
      for (let i = 0; i < 100; i++) readBinding(whole);
    };
  },
});

/** Fragments of a byte each. */
const dtls: LinearCase = {
  most: 1500,
  make: bytes => {
    const count = Math.floor((bytes - 13) / 13);
    const fragments = Buffer.alloc(count * 13);
    for (let i = 0; i < count; i++) {
      fragments.writeUIntBE(8192, i * 13 + 1, 3);
      fragments.writeUIntBE(i, i * 13 + 6, 3);
      fragments.writeUIntBE(1, i * 13 + 9, 3);
    }
    const record = Buffer.concat([Buffer.from([22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), fragments]);
    record.writeUInt16BE(fragments.length, 11);
    return () => {
      for (let i = 0; i < 100; i++)
        for (const { body } of readRecords(record) ?? []) new FlightOrder().add(body);
    };
  },
};

/** What a proxy brings, with what a visitor had written before it. Node takes 16 kB of headers. */
const forwarded = (name: 'forwarded' | 'x-forwarded-for', text: string): LinearCase => ({
  most: 16 * 1024,
  make: bytes => {
    const proxies = new Proxies({ networks: ['127.0.0.0/8'], header: name } as never);
    const headers = { [name]: `${filled(text, bytes)}, for=192.0.2.1` };
    return () => proxies.readHeaders({ headers, socket: { remoteAddress: '127.0.0.1' } } as never);
  },
});

const question = { id: 1, type: 'A', name: 'a' } as const;
/** Of an answer that has one address and further records. */
const dnsHead = (additionals: number) =>
  Buffer.concat([
    Buffer.from([0, 1, 0x80, 0, 0, 1, 0, 1, 0, 0, additionals >> 8, additionals & 0xff]),
    Buffer.from([1, 97, 0, 0, 1, 0, 1]),
    Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3, 4]),
  ]);
const DNS_HEAD = dnsHead(0).length;
const read = (bytes: Buffer) => {
  const reply = readReply(bytes, { ...question, bytes });
  return () => reply && answerOf(readReply(bytes, { ...question, bytes })!, 'A', 'a');
};

/** Additional records of names that no question asked for. */
const additionals: LinearCase = {
  most: 16_384,
  make: bytes => {
    const record = (i: number) =>
      Buffer.from([
        2,
        97 + (i % 26),
        97 + ((i / 26) % 26),
        0xc0,
        12,
        0,
        1,
        0,
        3,
        0,
        0,
        0,
        1,
        0,
        4,
        1,
        2,
        3,
        4,
      ]);
    const count = Math.floor((bytes - DNS_HEAD) / 19);
    return read(Buffer.concat([dnsHead(count), ...Array.from({ length: count }, (_, i) => record(i))]));
  },
};

/** Names that point to pointers: half of the answer is a chain, the other half begins at its end each time. */
const pointers: LinearCase = {
  most: 16_384,
  // dns-packet follows each chain to its end; the bound is the size of an answer.
  bounded: 200,
  make: bytes => {
    const links = Math.floor((bytes - 40) / 4);
    const chain = Buffer.alloc(11 + links * 2);
    chain.writeUInt16BE(0xff00, 1);
    chain.writeUInt16BE(1, 3);
    chain.writeUInt16BE(links * 2, 9);
    for (let i = 0; i < links; i++)
      chain.writeUInt16BE(0xc000 + (i === 0 ? 12 : DNS_HEAD + 11 + (i - 1) * 2), 11 + i * 2);
    const last = 0xc000 + DNS_HEAD + 11 + (links - 1) * 2;
    const record = Buffer.from([last >> 8, last & 0xff, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3, 4]);
    const count = Math.floor((bytes - DNS_HEAD - chain.length) / record.length);
    return read(Buffer.concat([dnsHead(count + 1), chain, ...Array.from({ length: count }, () => record)]));
  },
};

interface Wire {
  mapIncomingMsg: Map<object, unknown>;
  on(event: 'msg', listener: () => void): void;
  _onData(socket: object, chunk: Buffer): void;
}
const WireProtocol = createRequire(import.meta.url)('drachtio-srf/lib/wire-protocol.js') as new (
  options: object,
) => Wire;

/** A frame of the engine in pieces, as another machine's drachtio-server would send it. */
const frames = (size: number): LinearCase => ({
  most: messageLimits.messageBytes,
  make: bytes => {
    const frame = Buffer.from(`${size}#${'x'.repeat(size)}`);
    const whole = Buffer.concat(Array.from({ length: Math.ceil(bytes / size) }, () => frame));
    return () => {
      const wire = new WireProtocol({});
      wire.on('msg', () => {});
      for (let at = 0; at < whole.length; at += 1448) wire._onData(wire, whole.subarray(at, at + 1448));
    };
  },
});

export const linearCases: Readonly<Record<string, LinearCase>> = {
  'a SIP message of many headers': message('%', 'X: y\r\n'),
  'a SIP message of one long header': message('X: %\r\n', 'y'),
  'a SIP message of blanks': message('X: y%y\r\n', ' '),
  'a SIP message of folds': message('X: y%y\r\n', '\r\n z'),
  'a SIP message of escapes': message('X: "%"\r\n', '\\\x01'),
  'a SIP message of quotes': message('Accept: %\r\n', '"",'),
  'a SIP message of commas': message('Allow: %\r\n', ','),
  'a SIP message of list values': message('Route: %\r\n', '<sip:a>,'),
  'a SIP message of open brackets': message('Route: %\r\n', '<sip:a>,<'),
  'a SIP message of parameters': message('Contact: <sip:a@b>%\r\n', ';a="\\""'),
  'a SIP message of escapes in a URI': message('Contact: <sip:%@b>\r\n', '%41'),
  'a SIP message of parameters in a URI': message('Contact: <sip:a@b%>\r\n', ';p=1'),
  'a SIP message of header names without end': message('%', 'X'),
  'a SIP message of other Content-Lengths': message('%', 'Content-Length: 0\r\n'),
  'a stream of many headers, byte by byte': trickle('%', 'X: y\r\n'),
  'a stream of one long header, byte by byte': trickle('X: %\r\n', 'y'),
  'a stream of line ends, byte by byte': trickle('X: %\r\n', '\r\n '),
  "a page's SDP of formats": offer(
    'page',
    `a=rtpmap:96 opus/48000/2\r\na=fmtp:96 minptime=10;useinbandfec=1;x=${'1'.repeat(60)}\r\n`,
  ),
  "a page's SDP of candidates": offer(
    'page',
    `a=candidate:1 1 udp 1 192.0.2.1 4000 typ host ${'x'.repeat(40)}\r\n`,
  ),
  "a page's SDP of long lines": offer('page', `a=${'x '.repeat(500)}\r\n`),
  "a page's SDP of one line": offer('page', 'a'),
  "a page's SDP of m= lines": offer('page', `${mLine('UDP/TLS/RTP/SAVPF')}a=x:${'y'.repeat(900)}\r\n`),
  "a PBX's SDP of formats": offer(
    'PBX',
    `a=rtpmap:96 H264/90000\r\na=fmtp:96 profile-level-id=42e01f;x=${'1'.repeat(60)}\r\n`,
  ),
  'a STUN check of empty attributes': stun(0),
  'a STUN check of small attributes': stun(4),
  'a DTLS record of fragments': dtls,
  'a Forwarded header of elements': forwarded('forwarded', 'for=192.0.2.1, '),
  'a Forwarded header of quotes': forwarded('forwarded', 'for="\\"'),
  'a Forwarded header of blanks': forwarded('forwarded', ' '),
  'an X-Forwarded-For header of addresses': forwarded('x-forwarded-for', '127.0.0.1,'),
  'an X-Forwarded-For header of blanks': forwarded('x-forwarded-for', ' '),
  'a DNS answer of additional names': additionals,
  'a DNS answer of pointers': pointers,
  'frames of the engine in pieces': frames(60_000),
  'small frames of the engine in pieces': frames(200),
};
