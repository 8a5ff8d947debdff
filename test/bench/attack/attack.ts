// Twenty visitors talk during attacks: each attack alone, then all together, beside a run without attacks.
// Measures what the visitors notice, and how much of the gateway's memory returns.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startDnsServer } from '../../../demo-site/dns/dns-server.ts';
import { mysiteZone } from '../../../demo-site/dns/mysite-zone.ts';
import type { ConfigInput } from '../../../gateway/config/schema.ts';
import { freePort } from '../../support/free-port.ts';
import { RtpEcho } from '../../unit/media/rtp-echo.ts';
import { atMost, type Figure, percentile } from '../figure.ts';
import { type MeasuredGateway, startMeasured } from '../measured-gateway.ts';
import { startPlainPbx } from '../plain-pbx.ts';
import type { AttackAttempts } from './attack-process.ts';
import { attacks } from './attacks.ts';
import { type CallerResults, describeResults, GoodCallers } from './good-callers.ts';
import { GATEWAY, type Targets } from './targets.ts';

const VISITORS = 20;
const RUN_MS = 15_000;
/** Until finished transactions are removed (64*T1) and drained ports are free. */
const SETTLE_MS = 36_000;
const plenty = { callsPerMinute: 2_000 };
const DOMAIN = 'mysite.test';
const URI = `sip:director@${DOMAIN}`;

export async function benchAttack(): Promise<Figure[]> {
  const echo = await RtpEcho.open(GATEWAY);
  const pbx = await startPlainPbx(GATEWAY, answer(echo.audio.address().port));
  const zone = mysiteZone({ address: GATEWAY, port: pbx.port }, { origin: DOMAIN });
  const dns = await startDnsServer({ zone, address: GATEWAY, port: 0 });
  const [sip, browserMedia, first] = [await freePort(GATEWAY), await freePort(GATEWAY), 21_000];
  const pbxMedia = [first, first + 199] as const;
  const config: ConfigInput = {
    listen: `${GATEWAY}:0`,
    address: GATEWAY,
    dns: { servers: [`${GATEWAY}:${dns.port}`], allow: ['127.0.0.0/8'] },
    sip: { udp: sip, tcp: sip },
    media: { browserPort: browserMedia, pbxPorts: [...pbxMedia] },
    // Twenty callers without a pause exceed the limit of one destination; the limits of an address stay.
    limits: { perDestination: plenty, perSite: plenty, overall: plenty },
    sites: [{ domain: DOMAIN, origins: ['http://bench.test'], callable: ['director'] }],
  };
  const gateway = await startMeasured(config);
  const targets: Targets = { address: GATEWAY, url: gateway.url, sip, browserMedia, pbxMedia, uri: URI };
  const figures: Figure[] = [];

  // Not counted: memory that a process allocates with its first calls is not a leak.
  await new GoodCallers(gateway.url, URI).callFor(RUN_MS / 2, VISITORS);
  const quiet = await new GoodCallers(gateway.url, URI).callFor(RUN_MS, VISITORS);
  figures.push(line('no attack', quiet));
  const before = await settled(gateway);

  for (const name of Object.keys(attacks)) figures.push(...(await under([name], name)));
  figures.push(...(await under(Object.keys(attacks), 'all attacks together')));
  const after = await settled(gateway);
  const last = await new GoodCallers(gateway.url, URI).callFor(RUN_MS, VISITORS);
  figures.push(line('afterwards', last));

  const grown = (what: 'rssBytes' | 'heapBytes') => after[what] / before[what];
  figures.push(
    {
      name: 'heap afterwards',
      value: megabytes(after.heapBytes),
      aim: atMost(grown('heapBytes'), 1.1, 'of the value before'),
    },
    {
      name: 'memory (RSS) afterwards',
      value: megabytes(after.rssBytes),
      aim: atMost(grown('rssBytes'), 1.1, 'of the value before'),
    },
  );
  await gateway.stop();
  await dns.close();
  pbx.close();
  echo.close();
  return figures;

  async function under(names: readonly string[], title: string): Promise<Figure[]> {
    const before = await gateway.usage();
    const [results, attemptsByAttack] = await Promise.all([
      new GoodCallers(gateway.url, URI).callFor(RUN_MS, VISITORS),
      attackWith(names, targets),
    ]);
    const { cpuSeconds } = await gateway.usage();
    const seconds = (cpuSeconds - before.cpuSeconds).toFixed(1);
    const absent = Object.entries(attemptsByAttack).filter(([, made]) => typeof made === 'string');
    const attempts = Object.values(attemptsByAttack).reduce<number>((sum, n) => sum + (Number(n) || 0), 0);
    const number = attempts > 0 ? `${attempts} attempts, ` : '';
    return [
      ...absent.map(([name, why]) => ({ name, value: `not run: ${why}` })),
      ...(absent.length === names.length
        ? []
        : [line(`${title} (${number}${seconds} CPU-seconds)`, results)]),
    ];
  }
}

async function attackWith(names: readonly string[], targets: Targets): Promise<AttackAttempts> {
  const program = fileURLToPath(new URL('./attack-process.js', import.meta.url));
  const child = fork(program, [JSON.stringify(names), JSON.stringify(targets), String(RUN_MS)]);
  const [attempts] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => [{ attacker: `ended with code ${code}` }]),
  ])) as [AttackAttempts];
  return attempts;
}

async function settled(gateway: MeasuredGateway) {
  await new Promise(resolve => setTimeout(resolve, SETTLE_MS));
  return await gateway.usage();
}

function line(name: string, results: CallerResults): Figure {
  const p95 = percentile(results.setUpMs, 0.95);
  return { name, value: describeResults(results), aim: atMost(p95, 1000, 'ms p95') };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function answer(port: number): string {
  return [
    'v=0',
    `o=- 1 1 IN IP4 ${GATEWAY}`,
    's=-',
    `c=IN IP4 ${GATEWAY}`,
    't=0 0',
    `m=audio ${port} RTP/AVP 0`,
    'a=rtpmap:0 PCMU/8000',
    '',
  ].join('\r\n');
}
