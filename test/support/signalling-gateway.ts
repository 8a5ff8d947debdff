// A gateway between a browser and PBXs that are raw peers; DNS is a real server's. Without media, unless asked for it.

import type { TestContext } from 'node:test';
import { startDnsServer } from '../../demo-site/dns/dns-server.ts';
import type { Health } from '../../gateway/admin/health.ts';
import { configFrom } from '../../gateway/config/load.ts';
import type { ConfigInput } from '../../gateway/config/schema.ts';
import { type Gateway, type GatewayOverrides, startGateway } from '../../gateway/gateway.ts';
import type { MediaRelay } from '../../gateway/media/relay.ts';
import type { Gauges } from '../../gateway/observe/headroom.ts';
import { createLog } from '../../gateway/observe/log.ts';
import type { Stores } from '../../gateway/stores.ts';
import { closedPort } from './closed-port.ts';
import { deployment, rtpengineEndpoint } from './deployment.ts';
import { DrachtioProcess } from './drachtio-process.ts';
import { PATIENCE_MS } from './eventually.ts';
import { PassThroughRelay } from './pass-through-relay.ts';
import { RawPeer } from './raw-peer.ts';

export const PAGE = 'http://mysite.test';

export const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 30000 RTP/AVP 0',
  'a=rtpmap:0 PCMU/8000',
  '',
].join('\r\n');

/** One address makes all calls here; how many it may make is tested where it is wanted. */
const none = { calls: 1e6, callsPerMinute: 1e6, minutesPerDay: 1e6 };
export const unbound = { perAddress: none, perDestination: none, perSite: none, overall: none };

/** The test works in the loop of its gateway: how late that is says nothing of the gateway. */
export const ample: Gauges = {
  files: () => undefined,
  memory: () => ({ used: 0, most: 1 }),
  lateMs: () => 0,
  now: () => performance.now(),
};

export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string; readonly level: string };

export interface Scene {
  readonly gateway: Gateway;
  /** The server that the gateway runs on, if it is not its own. */
  readonly drachtio: DrachtioProcess | undefined;
  readonly media: PassThroughRelay;
  readonly browser: RawPeer;
  /** The servers behind `_sip._udp.mysite.test`, best first. */
  readonly pbxs: readonly RawPeer[];
  /** What the gateway logged, from `info` up. */
  readonly logged: readonly LogLine[];
  /** Names that the DNS server was asked for. */
  readonly asked: readonly string[];
  readonly dnsPort: number;
  /** The counts of the gateway and of an engine in another process. */
  counts(): Promise<Health>;
  /** Where the engine listens for PBXs. */
  sipPort(transport: 'udp' | 'tcp'): number;
  /** Resolves once the gateway counts no call, dialog, transaction or timer any more. */
  quiet(): Promise<void>;
}

export interface SceneOptions {
  readonly limits?: ConfigInput['limits'];
  readonly pbxs?: number;
  /** A server before the others that nothing listens at. */
  readonly firstIsDead?: boolean;
  readonly engine?: 'embedded' | 'drachtio';
  /** `embedded` is the relay of {@link deployment}; by default SDP crosses as it is, and `media` of the scene is what carries it. */
  readonly relay?: 'embedded' | 'pass-through' | MediaRelay;
  /** Networks behind the fence that DNS and PBXs may point into. */
  readonly allow?: readonly string[];
  /** Further sites. */
  readonly others?: ConfigInput['sites'];
  /** More about the site. */
  readonly site?: Partial<ConfigInput['sites'][number]>;
  /** More about the gateway. */
  readonly settings?: Partial<ConfigInput>;
  /** The clock of WebSockets without a call, in milliseconds. */
  readonly now?: () => number;
  /** State that gateways can share. */
  readonly stores?: Partial<Stores>;
}

export async function startScene(context: TestContext, options: SceneOptions = {}): Promise<Scene> {
  const pages: RawPeer[] = [];
  const scene = await startDeserted(context, options, pages);
  const browser = await RawPeer.browser(scene.gateway.url, PAGE);
  pages.push(browser);
  return { ...scene, browser };
}

/** The same where no page has come in yet; `pages` come later, and are closed before the gateway. */
export async function startDeserted(
  context: TestContext,
  options: SceneOptions = {},
  pages: readonly RawPeer[] = [],
): Promise<Omit<Scene, 'browser'>> {
  const pbxs = await Promise.all(Array.from({ length: options.pbxs ?? 1 }, () => RawPeer.pbx('127.0.0.1')));
  const ports = pbxs.map(pbx => pbx.port);
  if (options.firstIsDead) {
    const dead = await closedPort('127.0.0.1');
    context.after(dead.release);
    ports.unshift(dead.port);
  }
  const asked: string[] = [];
  const dns = await startDnsServer({
    address: '127.0.0.1',
    port: 0,
    onQuestion: ({ name }) => void asked.push(name),
    zone: {
      origin: 'mysite.test',
      records: [
        { name: 'pbx.mysite.test', type: 'A', data: '127.0.0.1' },
        ...ports.map((port, priority) => ({
          name: '_sip._udp.mysite.test',
          type: 'SRV' as const,
          data: { priority, weight: 0, port, target: 'pbx.mysite.test' },
        })),
      ],
    },
  });
  const media = new PassThroughRelay();
  const limits = { ...unbound, ...options.limits };
  const drachtio =
    (options.engine ?? deployment.engine) === 'drachtio'
      ? await DrachtioProcess.start({
          timerB: (limits.responseSeconds ?? 2) * 1000,
          allow: options.allow ?? ['127.0.0.0/8'],
        })
      : undefined;
  const rtpengine = options.relay === 'embedded' ? await rtpengineEndpoint() : undefined;
  const config = configFrom({
    listen: '127.0.0.1:0',
    address: '127.0.0.1',
    dns: { servers: [`127.0.0.1:${dns.port}`], allow: [...(options.allow ?? ['127.0.0.0/8'])] },
    ...(drachtio ? { engine: drachtio.settings } : { sip: { udp: 0, tcp: 0 } }),
    media: rtpengine ? { rtpengine: [rtpengine] } : { browserPort: 0 },
    limits,
    sites: [
      // One WebSocket makes many calls here; tokens, which allow one, are tested where they are wanted.
      {
        domain: 'mysite.test',
        origins: [PAGE],
        callable: ['director', 'alex', 101],
        tokens: false,
        ...options.site,
      },
      ...(options.others ?? []),
    ],
    ...options.settings,
  });
  const logged: LogLine[] = [];
  const sink = { write: (line: string) => void logged.push(JSON.parse(line)) };
  const log = createLog(config.log.level, sink, config.log.addresses);
  const parts = { ...partsOf(options.relay, media), gauges: ample, now: options.now, stores: options.stores };
  const gateway = await startGateway(config, log, parts);
  const counts = async (): Promise<Health> => ({
    ...(await gateway.health()),
    ...(await drachtio?.counts()),
  });
  context.after(async () => {
    for (const peer of [...pages, ...pbxs]) peer.close();
    await Promise.all(pages.map(page => page.closed));
    await gateway.stop();
    await drachtio?.kill();
    await dns.close();
  });
  return {
    gateway,
    drachtio,
    media,
    pbxs,
    logged,
    asked,
    dnsPort: dns.port,
    counts,
    sipPort: transport =>
      drachtio?.sip[transport] ??
      Number(logged.find(line => line.msg === 'listening for SIP' && line.transport === transport)?.port),
    quiet: () => quiet(counts),
  };
}

function partsOf(relay: SceneOptions['relay'], passThrough: PassThroughRelay): GatewayOverrides {
  if (relay === 'embedded') return {};
  return { media: typeof relay === 'object' ? relay : passThrough };
}

async function quiet(counts: Scene['counts']): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const health = await counts();
    if (health.calls === 0 && health.dialogs === 0) return;
    if (performance.now() > until)
      throw new Error(`the gateway does not come to rest: ${JSON.stringify(health)}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}
