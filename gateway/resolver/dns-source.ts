// The source of DNS answers: the system's servers and its hosts file, or configured servers. Only this file imports
// node:dns, and only for the list of servers, because its answers lack the TTL of NAPTR and SRV and the additional
// records.

import { Resolver } from 'node:dns';
import { isIP } from 'node:net';
import { answerOf } from './dns-answer.ts';
import { DnsClient } from './dns-client.ts';
import type { DnsServerAddress } from './dns-exchange.ts';
import { HostsFile } from './hosts-file.ts';
import type { AddressRecord, DnsAnswer, DnsSource, RecordsOfType, RecordType } from './records.ts';

/** How often the system's list of servers is read: it changes with the network. */
const serversEveryMs = 30_000;
const hostsSeconds = 5;

export interface DnsSourceOptions {
  /** `ip`, `ip:port` or `[ipv6]:port`. Undefined: the system's servers, after its hosts file. */
  readonly servers?: readonly string[] | undefined;
  /** For one question to all servers together. */
  readonly timeoutMs: number;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
  readonly hostsFile?: string;
}

/** @throws if a server is not an IP address */
export function dnsSource(options: DnsSourceOptions): DnsSource {
  const now = options.now ?? (() => performance.now());
  const named = options.servers?.map(serverAt);
  const servers = named ? () => named : systemServers(now);
  const client = new DnsClient(servers, options.timeoutMs, now);
  const hosts = options.servers ? undefined : new HostsFile(options.hostsFile ?? '/etc/hosts', now);

  return {
    async ask<T extends RecordType>(type: T, name: string): Promise<DnsAnswer<RecordsOfType[T]>> {
      if (type === 'A' || type === 'AAAA') {
        const known = await hosts?.find(name);
        if (known) return ofFamily(type, known) as DnsAnswer<RecordsOfType[T]>;
      }
      const heard = await client.ask(type, name);
      return 'reply' in heard ? answerOf(heard.reply, type, name) : { kind: 'failed', why: heard.failed };
    },
    close: () => client.close(),
  };
}

/** A name in the file has only the addresses in the file, and no address of the other family. */
function ofFamily(type: 'A' | 'AAAA', known: readonly string[]): DnsAnswer<AddressRecord> {
  const records = known
    .filter(address => isIP(address) === (type === 'A' ? 4 : 6))
    .map(address => ({ address }));
  return records.length > 0
    ? { kind: 'records', records, ttlSeconds: hostsSeconds }
    : { kind: 'absent', why: 'no such record', ttlSeconds: hostsSeconds };
}

function systemServers(now: () => number): () => readonly DnsServerAddress[] {
  let known: readonly DnsServerAddress[] = [];
  let readAgainAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (now() >= readAgainAt) {
      // A new Resolver reads the configuration again; the module's own list never changes.
      known = new Resolver().getServers().map(serverAt);
      readAgainAt = now() + serversEveryMs;
    }
    return known;
  };
}

function serverAt(text: string): DnsServerAddress {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? text;
  if (isIP(address) === 0) throw new Error(`DNS server ${text}: expected an IP address`);
  return { address, port: port === undefined ? 53 : Number(port) };
}
