// The door to DNS: c-ares through node:dns, which no other file may import.
// node:dns tells no TTL of NAPTR and SRV records; the cache has its own ceiling for those.

import { Resolver } from 'node:dns/promises';
import { type AddressRecord, type Answer, type DnsSource, timedOut } from './records.ts';

/** An answer longer than this is cut: no zone needs it, and sorting it must stay cheap. */
const maxRecords = 100;

/**
 * @param servers `ip:port` or `[ipv6]:port`; the system's own when absent.
 * @param timeoutMs wait for the first try; c-ares doubles it for the second and last one.
 */
export function systemDns(options: {
  servers?: readonly string[] | undefined;
  timeoutMs: number;
}): DnsSource {
  // Node's default of 4 tries a server would outlive any caller's patience.
  const resolver = new Resolver({ timeout: options.timeoutMs, tries: 2 });
  if (options.servers) resolver.setServers(options.servers);

  return {
    naptr: name => answer(resolver.resolveNaptr(name)),
    srv: name =>
      answer(
        resolver
          .resolveSrv(name)
          .then(list => list.map(({ name: target, ...rest }) => ({ ...rest, target }))),
      ),
    a: name => addresses(resolver.resolve4(name, { ttl: true })),
    aaaa: name => addresses(resolver.resolve6(name, { ttl: true })),
    close: () => resolver.cancel(),
  };
}

async function answer<R>(question: Promise<readonly R[]>): Promise<Answer<R>> {
  try {
    const records = (await question).slice(0, maxRecords);
    return records.length > 0 ? { kind: 'records', records } : { kind: 'absent', why: 'no such record' };
  } catch (error) {
    return failure((error as NodeJS.ErrnoException).code ?? 'UNKNOWN');
  }
}

async function addresses(
  question: Promise<readonly { address: string; ttl: number }[]>,
): Promise<Answer<AddressRecord>> {
  const result = await answer(question);
  if (result.kind !== 'records') return result;
  return { ...result, ttlSeconds: Math.min(...result.records.map(record => record.ttl)) };
}

function failure(code: string): Exclude<Answer<never>, { kind: 'records' }> {
  switch (code) {
    case 'ENOTFOUND':
      return { kind: 'absent', why: 'no such name' };
    case 'ENODATA':
      return { kind: 'absent', why: 'no such record' };
    case 'ETIMEOUT':
      return { kind: 'failed', why: timedOut };
    case 'ECONNREFUSED':
      return { kind: 'failed', why: 'DNS server refused the connection' };
    default:
      return { kind: 'failed', why: code.replace(/^E/, '') };
  }
}
