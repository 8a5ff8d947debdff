// The gateway's processing time: INVITE in to INVITE out, calls per CPU-second, memory per visitor and per
// call.

import { startDnsServer } from '../../demo-site/dns/dns-server.ts';
import { mysiteZone } from '../../demo-site/dns/mysite-zone.ts';
import type { ConfigInput } from '../../gateway/config/schema.ts';
import { SDP as sdp, unbound } from '../support/signalling-gateway.ts';
import { atLeast, atMost, type Figure, kilobytes, percentile, spread } from './figure.ts';
import { startMeasured } from './measured-gateway.ts';
import { PlainBrowser } from './plain-browser.ts';
import { startPlainPbx } from './plain-pbx.ts';

const LOOPBACK = '127.0.0.1';
const DOMAINS = 200;
const CALLS = 6_000;
const SIP_SOCKETS = 20;
const IDLE_SOCKETS = 1_000;
const HELD_CALLS = 500;

export async function benchSignalling(): Promise<Figure[]> {
  const pbx = await startPlainPbx(LOOPBACK, sdp);
  const domains = Array.from({ length: DOMAINS }, (_, index) => `s${index}.bench.test`);
  const zone = {
    origin: 'bench.test',
    records: domains.flatMap(origin => mysiteZone({ address: LOOPBACK, port: pbx.port }, { origin }).records),
  };
  const dns = await startDnsServer({ zone, address: LOOPBACK, port: 0 });
  const config: ConfigInput = {
    listen: `${LOOPBACK}:0`,
    address: LOOPBACK,
    dns: { servers: [`${LOOPBACK}:${dns.port}`], allow: ['127.0.0.0/8'] },
    sip: { udp: 0, tcp: 0 },
    media: { browserPort: 0 },
    limits: {
      ...unbound,
      calls: 10_000,
      connections: 10_000,
      connectionsPerAddress: 10_000,
      messagesPerSecond: 100_000,
    },
    sites: domains.map(domain => ({ domain, origins: ['*'], callable: ['director'], tokens: false })),
  };
  const gateway = await startMeasured(config, true);
  const browsers = await Promise.all(
    Array.from({ length: SIP_SOCKETS }, () => PlainBrowser.open(gateway.url)),
  );
  const [browser] = browsers as [PlainBrowser];

  // The first call of each domain queries DNS; later calls use the cache.
  const cold = await setUpTimes(domains);
  const warm = await setUpTimes(domains);

  // Before the load: state of finished calls, kept for 32 s, would distort the figures of active calls.
  const empty = await gateway.usage();
  const idle = await Promise.all(Array.from({ length: IDLE_SOCKETS }, () => PlainBrowser.open(gateway.url)));
  const visited = await gateway.usage();
  for (const socket of idle) socket.close();
  const held = await Promise.all(
    Array.from({ length: HELD_CALLS }, (_, index) =>
      (browsers[index % SIP_SOCKETS] ?? browser).invite('sip:director@s0.bench.test', sdp),
    ),
  );
  const busy = await gateway.usage();
  await Promise.all(held.map(call => call.hangUp()));

  await load(1_000);
  const before = await gateway.usage();
  const failed = await load(CALLS);
  const after = await gateway.usage();
  const perSecond = CALLS / (after.cpuSeconds - before.cpuSeconds);

  for (const open of browsers) open.close();
  await gateway.stop();
  await dns.close();
  pbx.close();

  const warmMedian = percentile(warm, 0.5);
  return [
    {
      name: 'INVITE in to INVITE out, DNS warm',
      value: spread(warm),
      aim: atMost(warmMedian, 10, 'ms median'),
    },
    { name: 'INVITE in to INVITE out, DNS cold', value: spread(cold) },
    {
      name: `calls set up and torn down (${CALLS} of them, ${failed} failed)`,
      value: `${perSecond.toFixed(0)} per CPU-second`,
      aim: atLeast(perSecond, 300, 'per CPU-second'),
    },
    { name: 'memory per idle WebSocket', value: kilobytes(visited.rssBytes - empty.rssBytes, IDLE_SOCKETS) },
    { name: 'heap per idle WebSocket', value: kilobytes(visited.heapBytes - empty.heapBytes, IDLE_SOCKETS) },
    {
      name: 'heap per established call, without media',
      value: kilobytes(busy.heapBytes - empty.heapBytes, HELD_CALLS),
    },
  ];

  async function setUpTimes(names: readonly string[]): Promise<number[]> {
    const times: number[] = [];
    for (const name of names) {
      const sentAt = performance.now();
      pbx.onInvite = () => times.push(performance.now() - sentAt);
      await browser.call(`sip:director@${name}`, sdp);
    }
    pbx.onInvite = undefined;
    return times;
  }

  /**
   * Makes calls over all sockets, two at a time on each. Resolves to the number of calls without an answer.
   */
  async function load(calls: number): Promise<number> {
    let left = calls;
    let unanswered = 0;
    const caller = async (from: PlainBrowser) => {
      while (left-- > 0) {
        const status = await from.call('sip:director@s0.bench.test', sdp);
        if (status !== 200) unanswered++;
      }
    };
    await Promise.all(browsers.flatMap(from => [caller(from), caller(from)]));
    return unanswered;
  }
}
