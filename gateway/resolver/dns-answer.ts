// Extracts the answer from a DNS reply: records after aliases (RFC 1034 3.6.2), their lifetime, the lifetime of their
// absence (RFC 2308), and additional records. Pure; must not depend on sockets.

import { isIP } from 'node:net';
import type { Answer as WireRecord } from 'dns-packet';
import { codeName, type DnsReply, replyCodes } from './dns-message.ts';
import type { AdditionalRecords, DnsAnswer, RecordsOfType, RecordType } from './records.ts';

/** A longer answer is truncated: no zone needs it, and sorting must stay cheap. */
const maxRecords = 100;
const maxAliases = 8;

export function answerOf<T extends RecordType>(
  reply: DnsReply,
  type: T,
  name: string,
): DnsAnswer<RecordsOfType[T]> {
  if (reply.code !== replyCodes.NOERROR && reply.code !== replyCodes.NXDOMAIN) {
    return { kind: 'failed', why: codeName(reply.code) };
  }
  const lives: number[] = [];
  const owner = followAliases(reply.answers, name.toLowerCase(), lives);
  if (owner === undefined) return { kind: 'failed', why: 'aliases in a loop' };
  const records = recordsAt(reply.answers, type, owner, lives);
  if (records.length > 0) {
    const additional = gather(reply.additionals, lives);
    const ttlSeconds = Math.min(...lives);
    return { kind: 'records', records, ttlSeconds, ...(additional.length > 0 && { additional }) };
  }
  const why = reply.code === replyCodes.NXDOMAIN ? 'no such name' : 'no such record';
  const ttlSeconds = negativeLife(reply.authorities, lives);
  return { kind: 'absent', why, ttlSeconds, ...(owner !== name.toLowerCase() && { alias: owner }) };
}

/** The name of the records. Undefined if the aliases form a loop. */
function followAliases(answers: readonly WireRecord[], from: string, lives: number[]): string | undefined {
  let at = from;
  for (let hops = 0; hops <= maxAliases; hops++) {
    const alias = answers.find(record => record.type === 'CNAME' && record.name.toLowerCase() === at);
    if (alias?.type !== 'CNAME') return at;
    lives.push(lifeOf(alias));
    at = withoutDot(alias.data).toLowerCase();
  }
  return undefined;
}

function recordsAt<T extends RecordType>(
  section: readonly WireRecord[],
  type: T,
  owner: string,
  lives: number[],
): RecordsOfType[T][] {
  const records: RecordsOfType[T][] = [];
  for (const record of section) {
    if (records.length === maxRecords) break;
    if (record.type !== type || record.name.toLowerCase() !== owner || !isInternet(record)) continue;
    const read = readRecord(record) as RecordsOfType[T] | undefined;
    if (!read) continue;
    records.push(read);
    lives.push(lifeOf(record));
  }
  return records;
}

function gather(section: readonly WireRecord[], lives: number[]): AdditionalRecords[] {
  const sections = new Map<string, WireRecord[]>();
  for (const record of section) {
    const { type } = record;
    if (type !== 'SRV' && type !== 'A' && type !== 'AAAA') continue;
    const key = `${type} ${record.name.toLowerCase()}`;
    const known = sections.get(key);
    if (known) known.push(record);
    else if (sections.size < maxRecords) sections.set(key, [record]);
  }
  const names: AdditionalRecords[] = [];
  for (const records of sections.values()) {
    const [{ type, name }] = records as [WireRecord & { type: AdditionalRecords['type'] }];
    const additional = { type, name: name.toLowerCase() };
    const read = recordsAt(records, type, additional.name, lives);
    if (read.length > 0) names.push({ ...additional, records: read } as AdditionalRecords);
  }
  return names;
}

/** RFC 2308 5: the lower of the SOA's TTL and its last field. 0 without SOA. */
function negativeLife(authorities: readonly WireRecord[], lives: readonly number[]): number {
  const soa = authorities.find(record => record.type === 'SOA');
  if (soa?.type !== 'SOA') return 0;
  return Math.min(lifeOf(soa), soa.data.minimum ?? 0, ...lives);
}

/** RFC 2181 8: a TTL with the highest bit set counts as 0. */
function lifeOf(record: WireRecord): number {
  const ttl = 'ttl' in record ? (record.ttl ?? 0) : 0;
  return ttl > 0x7fff_ffff ? 0 : ttl;
}

function readRecord(record: WireRecord): RecordsOfType[RecordType] | undefined {
  switch (record.type) {
    case 'NAPTR': {
      const { order, preference, flags, services, regexp, replacement } = record.data;
      return {
        order,
        preference,
        flags,
        service: services,
        regexp,
        replacement: withoutDot(replacement),
      };
    }
    case 'SRV': {
      const { priority = 0, weight = 0, port, target } = record.data;
      return { priority, weight, port, target: withoutDot(target) };
    }
    case 'A':
    case 'AAAA':
      return isIP(record.data) === (record.type === 'A' ? 4 : 6) ? { address: record.data } : undefined;
    default:
      return undefined;
  }
}

function isInternet(record: WireRecord): boolean {
  return 'class' in record && record.class === 'IN';
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, '');
}
