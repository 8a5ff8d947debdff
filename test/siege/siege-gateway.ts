// The gateway under attack, configured as in production but with few resources: 4,096 files and 256 MB of
// heap. Also DNS and, on request, an engine in another process or an rtpengine. All on separate loopback
// addresses.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startDnsServer } from '../../demo-site/dns/dns-server.ts';
import type { ConfigInput } from '../../gateway/config/schema.ts';
import { ORIGIN } from '../bench/page.ts';
import { DrachtioProcess } from '../support/drachtio-process.ts';
import { freePort } from '../support/free-port.ts';
import { Gateway } from '../support/gateway.ts';
import { claimLoopback } from '../support/loopback.ts';
import { repository } from '../support/repository.ts';
import { Rtpengine } from '../support/rtpengine.ts';
import type { SiegeTargets } from './siege-attack.ts';

export interface SiegeGatewayOptions {
  readonly engine: 'embedded' | 'apart';
  readonly relay: 'embedded' | 'rtpengine';
}

export interface SiegeGateway {
  readonly gateway: Gateway;
  /** The `ws:` URL of node's inspector. */
  readonly inspector: string;
  readonly targets: SiegeTargets;
  readonly pbx: { readonly address: string; readonly port: number };
  readonly goodUri: string;
  stop(): Promise<void>;
}

const FILES = 4_096;
const HEAP_MB = 256;
const DOMAIN = 'mysite.test';
const ATTACKED = 'attacked.test';
const PBX_PORTS: [number, number] = [21_000, 21_999];
/** Two ports for each call of the gateway, on both sides. */
const RTPENGINE_PORTS = 1_200;
const PHOTO_BYTES = 2_000_000;

export async function startSiegeGateway({ engine, relay }: SiegeGatewayOptions): Promise<SiegeGateway> {
  const network = await claimLoopback();
  const [address, pbxAddress, hostileAddress] = [network.address(2), network.address(3), network.address(4)];
  const pbx = { address: pbxAddress, port: await freePort(pbxAddress) };
  const hostilePbx = { address: hostileAddress, port: await freePort(hostileAddress) };
  const zones = [zoneOf(DOMAIN, pbx), zoneOf(ATTACKED, hostilePbx)];
  const dns = await startDnsServer({
    address: network.address(5),
    port: 0,
    zone: { origin: 'test', records: zones.flat() },
  });
  const drachtio = engine === 'apart' ? await DrachtioProcess.start({ timerB: 2_000 }) : undefined;
  const rtpengine =
    relay === 'rtpengine' ? await Rtpengine.start({ address, ports: RTPENGINE_PORTS }) : undefined;
  const sip = await freePort(address);
  const browserPort = await freePort(address);
  const gateway = await Gateway.start({
    address,
    dns: `${network.address(5)}:${dns.port}`,
    sites: sites(),
    limits: { perDestination: plenty, perSite: plenty, overall: plenty },
    media: rtpengine ? { rtpengine: [rtpengine.endpoint] } : { browserPort, pbxPorts: PBX_PORTS, workers: 1 },
    file: drachtio ? { sip: undefined, engine: drachtio.settings } : { sip: { udp: sip, tcp: sip } },
    beside: { 'photo.jpg': Buffer.alloc(PHOTO_BYTES, 0x55) },
    node: [`--max-old-space-size=${HEAP_MB}`, `--inspect=${address}:0`],
    under: ['prlimit', `--nofile=${FILES}:${FILES}`],
  });
  const [, inspector = ''] = await gateway.waitFor(/Debugger listening on (ws:\S+)/);
  return {
    gateway,
    inspector,
    pbx,
    goodUri: `sip:director@${DOMAIN}`,
    targets: {
      address,
      // DrachtioProcess listens here; the source of its INVITEs shows the port.
      sipAddress: drachtio ? '127.0.0.1' : address,
      url: gateway.url,
      sip,
      sipTcp: drachtio ? undefined : sip,
      browserMedia: rtpengine ? 30_000 : browserPort,
      pbxMedia: rtpengine ? [30_000, 30_000 + RTPENGINE_PORTS - 1] : PBX_PORTS,
      uri: `sip:flooded@${ATTACKED}`,
      hostilePbx,
      domain: ATTACKED,
      largestFile: largestFile(),
      card: `director@${DOMAIN}`,
    },
    async stop() {
      await gateway.stop();
      await drachtio?.kill();
      await rtpengine?.stop();
      await dns.close();
    },
  };
}

/**
 * Twenty-one callers and all attackers together exceed the limit of one destination; the limits of an address
 * stay.
 */
const plenty = { callsPerMinute: 5_000 };

function sites(): ConfigInput['sites'] {
  return [
    {
      domain: DOMAIN,
      origins: [ORIGIN],
      callable: [{ user: 'director', name: 'A Director', title: 'Director', photo: 'photo.jpg' }],
    },
    {
      domain: ATTACKED,
      origins: [ORIGIN],
      callable: ['flooded', 'bye', 'reasons', 'headers', 'contacts', 'sdp'],
    },
  ];
}

function zoneOf(domain: string, { address, port }: { address: string; port: number }) {
  return [
    { name: `pbx.${domain}`, type: 'A' as const, data: address },
    {
      name: `_sip._udp.${domain}`,
      type: 'SRV' as const,
      data: { priority: 0, weight: 0, port, target: `pbx.${domain}` },
    },
  ];
}

/** The largest of the widget's chunks, which are served to every client. */
function largestFile(): string {
  const folder = join(repository, 'dist/public/chunks');
  const [largest] = readdirSync(folder)
    .filter(name => name.endsWith('.js'))
    .map(name => ({ name, size: statSync(join(folder, name)).size }))
    .sort((one, other) => other.size - one.size);
  return `/chunks/${largest?.name}`;
}
