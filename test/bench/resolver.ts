// How long a caller waits for DNS: the example zone on a server that answers after 20 ms, cold and warm, in
// milliseconds and in round trips.

import { startDnsServer } from '../../demo-site/dns/dns-server.ts';
import { mysiteZone } from '../../demo-site/dns/mysite-zone.ts';
import type { Zone } from '../../demo-site/dns/zone.ts';
import { createResolver, type Resolver } from '../../gateway/resolver/resolver.ts';
import { atMost, type Figure, percentile } from './figure.ts';

const delayMs = 20;
const coldRuns = 50;
const warmRuns = 2_000;
const uri = { scheme: 'sip', host: 'mysite.test' } as const;

interface Waits {
  /** Milliseconds until the best server was known, and until all were. */
  readonly first: readonly number[];
  readonly all: readonly number[];
}

export async function benchResolver(): Promise<Figure[]> {
  const founding = mysiteZone(
    { address: '192.0.2.1', port: 5060 },
    { second: { address: '192.0.2.2', port: 5060 } },
  );
  const cold = await waits(founding, false, coldRuns, true);
  const along = await waits(founding, true, coldRuns, true);
  const servers = await serversCached(founding);
  const warm = await waits(founding, false, warmRuns, false);
  return [
    figure('cold, until the first server is known', cold.first, 2),
    figure('cold, until all are known (the second SRV name comes from NAPTR only)', cold.all),
    figure('cold, all, with additional records in the answers', along.all),
    figure('NAPTR and SRV expired, addresses cached', servers, 1),
    {
      name: 'warm',
      value: `p50 ${(percentile(warm.all, 0.5) * 1000).toFixed(0)} µs, p99 ${(percentile(warm.all, 0.99) * 1000).toFixed(0)} µs`,
    },
  ];
}

function figure(name: string, samples: readonly number[], aim?: number): Figure {
  const p50 = percentile(samples, 0.5);
  const rounds = Math.floor((p50 + 1) / delayMs);
  return {
    name,
    value: `p50 ${p50.toFixed(1)} ms, p99 ${percentile(samples, 0.99).toFixed(1)} ms, ${rounds} round trips`,
    ...(aim !== undefined && { aim: atMost(rounds, aim, aim === 1 ? 'round trip' : 'round trips') }),
  };
}

async function waits(zone: Zone, additionals: boolean, runs: number, cold: boolean): Promise<Waits> {
  const server = await startDnsServer({ zone, address: '127.0.0.1', port: 0, delayMs, additionals });
  const first: number[] = [];
  const all: number[] = [];
  let resolver = resolverAt(server.port);
  await resolver.resolve(uri);
  for (let run = 0; run < runs; run++) {
    if (cold) {
      resolver.close();
      resolver = resolverAt(server.port);
    }
    const started = performance.now();
    const begun = await resolver.begin(uri);
    first.push(performance.now() - started);
    await begun.whole;
    all.push(performance.now() - started);
    // Calls come one by one: clean-up between them is not part of their wait.
    await new Promise(setImmediate);
  }
  resolver.close();
  await server.close();
  return { first, all };
}

/** The wait for the first server when NAPTR and SRV records have expired and addresses have not. */
async function serversCached(zone: Zone): Promise<number[]> {
  const records = zone.records.map(record =>
    record.type === 'NAPTR' || record.type === 'SRV' ? { ...record, ttl: 1 } : { ...record, ttl: 3_600 },
  );
  const server = await startDnsServer({ zone: { ...zone, records }, address: '127.0.0.1', port: 0, delayMs });
  let later = 0;
  const resolver = resolverAt(server.port, () => performance.now() + later);
  await resolver.resolve(uri);
  const first: number[] = [];
  for (let run = 0; run < coldRuns; run++) {
    later += 1_500;
    const started = performance.now();
    const begun = await resolver.begin(uri);
    first.push(performance.now() - started);
    await begun.whole;
  }
  resolver.close();
  await server.close();
  return first;
}

function resolverAt(port: number, now?: () => number): Resolver {
  return createResolver({
    servers: [`127.0.0.1:${port}`],
    allow: () => true,
    families: ['ipv4'],
    ...(now && { now }),
  });
}
