// A resolver over a real DNS server with a zone of the test. Both are closed when the test ends.

import type { TestContext } from 'node:test';
import { type DnsQuery, type DnsServerOptions, startDnsServer } from '../../../demo-site/dns/dns-server.ts';
import type { ZoneRecord } from '../../../demo-site/dns/zone.ts';
import { createResolver, type Resolver, type ResolverOptions } from '../../../gateway/resolver/resolver.ts';
import type { Resolution, Target } from '../../../gateway/resolver/target.ts';

export interface Scene {
  readonly resolver: Resolver;
  /** Questions that reached the DNS server, as `TYPE name`. */
  readonly asked: string[];
}

export async function scene(
  test: TestContext,
  records: readonly ZoneRecord[],
  options: Partial<ResolverOptions> & Pick<DnsServerOptions, 'misbehave' | 'delayMs' | 'additionals'> = {},
): Promise<Scene> {
  const asked: string[] = [];
  const server = await startDnsServer({
    zone: { origin: 'test', records },
    address: '127.0.0.1',
    port: 0,
    onQuestion: ({ type, name }: DnsQuery) => asked.push(`${type} ${name}`),
    ...(options.misbehave && { misbehave: options.misbehave }),
    ...(options.delayMs && { delayMs: options.delayMs }),
    ...(options.additionals && { additionals: true }),
  });
  const resolver = createResolver({
    servers: [`127.0.0.1:${server.port}`],
    allow: () => true,
    families: ['ipv4', 'ipv6'],
    random: () => 0,
    // A busy machine can take seconds for a question; tests of the deadline set their own.
    deadlineMs: 20_000,
    ...options,
  });
  test.after(async () => {
    resolver.close();
    await server.close();
  });
  return { resolver, asked };
}

export function naptr(
  name: string,
  order: number,
  preference: number,
  flags: string,
  services: string,
  replacement: string,
  regexp = '',
  ttl = 60,
): ZoneRecord {
  return { name, type: 'NAPTR', ttl, data: { order, preference, flags, services, regexp, replacement } };
}

export function srv(
  name: string,
  priority: number,
  weight: number,
  port: number,
  target: string,
  ttl = 60,
): ZoneRecord {
  return { name, type: 'SRV', ttl, data: { priority, weight, port, target } };
}

export function a(name: string, data: string, ttl = 60): ZoneRecord {
  return { name, type: 'A', data, ttl };
}

export function aaaa(name: string, data: string, ttl = 60): ZoneRecord {
  return { name, type: 'AAAA', data, ttl };
}

/** Targets in readable form: `udp 192.0.2.1:5060`. */
export function shown(resolution: Resolution | readonly Target[]): string[] {
  const targets = 'targets' in resolution ? resolution.targets : resolution;
  return targets.map(({ transport, address, port }) => {
    return `${transport} ${address.includes(':') ? `[${address}]` : address}:${port}`;
  });
}
