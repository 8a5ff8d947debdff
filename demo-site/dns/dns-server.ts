// An authoritative DNS server on loopback, UDP and TCP (RFC 1035 4.2), for the demo and for tests. It serves one zone
// without recursion, and can be configured to misbehave.

import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import dns, { type Answer, type OptAnswer, type Packet, type Question } from 'dns-packet';
import { answerFrom, relatedRecords, type Zone, type ZoneRecord } from './zone.ts';

/**
 * RFC 1035 4.2.1, RFC 6891: longer answers are truncated over UDP. A client may accept more with EDNS0, up to this
 * size.
 */
const leastUdpBytes = 512;
const mostUdpBytes = 1232;
const maxConnections = 50;
const idleMs = 5_000;
const defaultTtl = 60;

const codes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

export interface DnsQuery {
  readonly type: string;
  readonly name: string;
  readonly over: 'udp' | 'tcp';
}

export type Misbehaviour = 'silence' | 'servfail' | 'garbage';

export interface DnsServerOptions {
  readonly zone: Zone;
  readonly address: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Delay before each answer, in milliseconds. */
  readonly delayMs?: number;
  /** Adds the records that the answer points at (RFC 2782, RFC 3403 4.1), as authoritative servers commonly do. */
  readonly additionals?: boolean;
  readonly onQuestion?: (received: DnsQuery) => void;
  readonly misbehave?: (received: DnsQuery) => Misbehaviour | undefined;
}

export interface DnsServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function startDnsServer(options: DnsServerOptions): Promise<DnsServer> {
  const { udp, tcp, port } = await bindBoth(options);
  const connections = new Set<Socket>();
  const delayed = new Set<NodeJS.Timeout>();

  udp.on('message', (bytes, peer) => {
    // An error of a peer that is gone may arrive here (ICMP). The answer is no longer needed.
    respond(bytes, 'udp', answer => udp.send(answer, peer.port, peer.address, () => {}));
  });
  tcp.maxConnections = maxConnections;
  tcp.on('connection', socket => serve(socket));

  return {
    port,
    async close() {
      for (const timer of delayed) clearTimeout(timer);
      for (const socket of connections) socket.destroy();
      await Promise.all([
        new Promise<void>(resolve => udp.close(() => resolve())),
        new Promise<void>(resolve => tcp.close(() => resolve())),
      ]);
    },
  };

  function serve(socket: Socket): void {
    connections.add(socket);
    let pending = Buffer.alloc(0);
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => connections.delete(socket));
    socket.on('data', chunk => {
      pending = Buffer.concat([pending, chunk]);
      // RFC 1035 4.2.2: each message has a length of two bytes before it; at most 65,535 bytes are kept.
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const end = 2 + pending.readUInt16BE(0);
        respond(pending.subarray(2, end), 'tcp', answer => {
          const length = Buffer.alloc(2);
          length.writeUInt16BE(answer.length);
          if (socket.writable) socket.write(Buffer.concat([length, answer]));
        });
        pending = pending.subarray(end);
      }
    });
  }

  function respond(bytes: Buffer, over: 'udp' | 'tcp', send: (answer: Buffer) => void): void {
    const answer = attempt(() => answerTo(bytes, over, options));
    if (!answer) return;
    if (!options.delayMs) {
      send(answer);
      return;
    }
    const timer = setTimeout(() => {
      delayed.delete(timer);
      send(answer);
    }, options.delayMs);
    delayed.add(timer);
  }
}

function answerTo(bytes: Buffer, over: 'udp' | 'tcp', options: DnsServerOptions): Buffer | undefined {
  const query = attempt(() => dns.decode(bytes));
  const question = query?.questions?.[0];
  // A message that is not a question gets no answer: two servers must never exchange messages.
  if (query?.type !== 'query' || !question || query.questions?.length !== 1) return undefined;

  const received: DnsQuery = { type: question.type, name: question.name.toLowerCase(), over };
  options.onQuestion?.(received);
  switch (options.misbehave?.(received)) {
    case 'silence':
      return undefined;
    case 'servfail':
      return reply(query, question, codes.SERVFAIL, []);
    case 'garbage':
      return Buffer.from(bytes).fill(0xc0, 4);
  }
  if ((((query.flags ?? 0) >> 11) & 0xf) !== 0) return reply(query, question, codes.NOTIMP, []);
  const { rcode, records } = answerFrom(options.zone, question.type, question.name);
  const soa = records.length === 0 && rcode !== 'REFUSED' ? [startOfAuthority(options.zone.origin)] : [];
  const complete = reply(query, question, codes[rcode], records, {
    authorities: soa,
    additionals: options.additionals ? relatedRecords(options.zone, records) : [],
  });
  const sizeLimit = sizeLimitOf(query);
  if (over === 'tcp' || complete.length <= sizeLimit) return complete;
  // RFC 2181 9: optional records are left out before the answer is truncated.
  const answer = reply(query, question, codes[rcode], records, { authorities: soa });
  if (answer.length <= sizeLimit) return answer;
  return reply(query, question, codes[rcode], [], { flags: dns.TRUNCATED_RESPONSE });
}

function optionsOf(query: Packet): OptAnswer | undefined {
  return query.additionals?.find(record => record.type === 'OPT');
}

function sizeLimitOf(query: Packet): number {
  return Math.max(leastUdpBytes, Math.min(optionsOf(query)?.udpPayloadSize ?? 0, mostUdpBytes));
}

function reply(
  query: Packet,
  question: Question,
  code: number,
  records: readonly ZoneRecord[],
  more: { flags?: number; authorities?: Answer[]; additionals?: readonly ZoneRecord[] } = {},
): Buffer {
  const desired = (query.flags ?? 0) & dns.RECURSION_DESIRED;
  return dns.encode({
    type: 'response',
    ...(query.id !== undefined && { id: query.id }),
    // dns-packet takes the response code as the low bits of the flags.
    flags: dns.AUTHORITATIVE_ANSWER | (more.flags ?? 0) | desired | code,
    questions: [question],
    answers: records.map(onWire),
    ...(more.authorities && { authorities: more.authorities }),
    additionals: [
      ...(more.additionals ?? []).map(onWire),
      // RFC 6891 6.1.1: a query with OPT gets an answer with OPT.
      ...(optionsOf(query) ? [edns0] : []),
    ],
  });
}

const edns0: OptAnswer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: mostUdpBytes,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
};

function onWire(record: ZoneRecord): Answer {
  return { ttl: defaultTtl, class: 'IN', ...record } as Answer;
}

/** RFC 2308 3: a negative answer includes the SOA, which says how long the answer may be cached. */
function startOfAuthority(origin: string): Answer {
  const times = { serial: 1, refresh: 3600, retry: 600, expire: 86_400, minimum: 10 };
  return {
    name: origin,
    type: 'SOA',
    ttl: defaultTtl,
    data: { mname: `ns.${origin}`, rname: `hostmaster.${origin}`, ...times },
  };
}

/** dns-packet throws on bytes that it cannot read and on types that it cannot write. A peer causes both. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** The same port number for both. A free UDP port may be taken on TCP, so up to ten ports are tried. */
async function bindBoth(options: DnsServerOptions): Promise<{ udp: UdpSocket; tcp: Server; port: number }> {
  for (let tries = 0; ; tries++) {
    const udp = createSocket(options.address.includes(':') ? 'udp6' : 'udp4');
    const tcp = createServer();
    try {
      await opened(udp, () => udp.bind(options.port, options.address));
      const { port } = udp.address();
      await opened(tcp, () => tcp.listen(port, options.address));
      return { udp, tcp, port };
    } catch (error) {
      if (udp.listenerCount('listening') === 0) udp.close();
      if (options.port !== 0 || tries === 9) throw error;
    }
  }
}

function opened(socket: UdpSocket | Server, open: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error) => {
      socket.off('error', settle);
      socket.off('listening', settle);
      if (error) return reject(error);
      // From here on an error of one datagram or connection does not stop the server.
      socket.on('error', () => {});
      resolve();
    };
    socket.once('error', settle);
    socket.once('listening', settle);
    open();
  });
}
