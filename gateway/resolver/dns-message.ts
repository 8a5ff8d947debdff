// DNS messages (RFC 1035 4, EDNS0 of RFC 6891): encodes a question, and decodes a reply that matches it. Uses
// dns-packet, which throws on unreadable bytes; this file never throws.

import { randomInt } from 'node:crypto';
import dns, { type Answer as WireRecord } from 'dns-packet';
import type { RecordType } from './records.ts';

/** RFC 6891 6.2.3; DNS flag day 2020: the size that passes almost every path without fragmentation. */
const ednsBytes = 1232;
/** Limit of an answer over TCP: a hundred NAPTR records. Longer answers only keep the parser busy. */
export const maxReplyBytes = 16_384;

/** A question as sent to one server: the values that its answer must match (RFC 5452 9.1). */
export interface Query {
  readonly id: number;
  readonly type: RecordType;
  readonly name: string;
  readonly bytes: Buffer;
}

export interface DnsReply {
  readonly code: number;
  readonly truncated: boolean;
  readonly answers: readonly WireRecord[];
  readonly authorities: readonly WireRecord[];
  readonly additionals: readonly WireRecord[];
}

export const replyCodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4 } as const;
const codeNames = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

export function codeName(code: number): string {
  return codeNames[code] ?? `response code ${code}`;
}

/** @param edns false for old servers without EDNS */
export function composeQuery(type: RecordType, name: string, edns: boolean): Query {
  // RFC 5452 9.2: must not be predictable.
  const id = randomInt(0x1_0000);
  const bytes = dns.encode({
    type: 'query',
    id,
    flags: dns.RECURSION_DESIRED,
    questions: [{ type, name }],
    ...(edns && { additionals: [edns0] }),
  });
  return { id, type, name, bytes };
}

/** Undefined if the bytes are not an answer to this question: another id, another name, not DNS. */
export function readReply(bytes: Buffer, query: Query): DnsReply | undefined {
  if (bytes.length > maxReplyBytes) return undefined;
  const packet = decoded(bytes);
  if (!packet?.flag_qr || packet.id !== query.id) return undefined;
  const flags = packet.flags ?? 0;
  const code = flags & 0xf;
  const [question, ...others] = packet.questions ?? [];
  const same =
    question?.type === query.type &&
    question.class === 'IN' &&
    question.name.toLowerCase() === query.name.toLowerCase();
  // RFC 6891 7: a server without EDNS may return only the header.
  const bareRefusal = question === undefined && (code === replyCodes.FORMERR || code === replyCodes.NOTIMP);
  if (others.length > 0 || !(same || bareRefusal)) return undefined;
  return {
    code,
    truncated: packet.flag_tc,
    answers: packet.answers ?? [],
    authorities: packet.authorities ?? [],
    additionals: packet.additionals ?? [],
  };
}

function decoded(bytes: Buffer): dns.DecodedPacket | undefined {
  try {
    return dns.decode(bytes);
  } catch {
    return undefined;
  }
}

const edns0 = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: ednsBytes,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
} as const satisfies Omit<dns.OptAnswer, 'options'> & { options: never[] };
