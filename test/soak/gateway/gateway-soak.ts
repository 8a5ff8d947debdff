// Calls through a whole gateway, from pages' WebSockets to a PBX over a link that loses, duplicates and
// reorders; then waits until the gateway has removed all of them.

import { setTimeout as pause } from 'node:timers/promises';
import { startDnsServer } from '../../../demo-site/dns/dns-server.ts';
import type { ConfigInput } from '../../../gateway/config/schema.ts';
import { WebRtcLeg } from '../../bench/webrtc-leg.ts';
import { freePort } from '../../support/free-port.ts';
import { unbound } from '../../support/signalling-gateway.ts';
import { RtpEcho } from '../../unit/media/rtp-echo.ts';
import { type LinkCounts, LossyLink } from '../lossy-link.ts';
import { type MeasuredProcess, startMeasured } from '../measured-process.ts';
import { SoakCallee } from '../soak-callee.ts';
import { mix, type Script } from '../soak-caller.ts';
import { sdp } from '../soak-socket.ts';
import { withMedia, withoutMedia } from './call-media.ts';
import type { GatewayUsage } from './gateway-process.ts';
import { LinkLosses } from './link-losses.ts';
import { SoakVisitor } from './soak-visitor.ts';

export interface GatewaySoakOptions {
  readonly minutes: number;
  /** Calls begun a second; by default the measured capacity of the machine with a margin. */
  readonly rate?: number | undefined;
  readonly seed: number;
  /** Share of the datagrams that are lost; the same shares are duplicated and reordered. */
  readonly share: number;
  /** One call in so many has media: ICE, DTLS, SRTP, two seconds of audio. */
  readonly heardEvery: number;
  readonly progress?: (line: string) => void;
  /** Folder for heap snapshots, taken with both measurements. */
  readonly snapshots?: string | undefined;
}

export interface GatewaySoakReport {
  readonly calls: number;
  readonly heard: number;
  readonly rate: number;
  /** Calls without a free caller: the limit of the soak, not of the gateway. */
  readonly skipped: number;
  /** By cause: failures caused by the link, and other failures. */
  readonly byLink: ReadonlyMap<string, number>;
  readonly failures: ReadonlyMap<string, number>;
  readonly setupMs: readonly number[];
  readonly link: LinkCounts;
  readonly before: GatewayUsage;
  readonly peak: GatewayUsage;
  readonly after: GatewayUsage;
}

const HOST = '127.0.0.1';
const DOMAIN = 'soak.test';
const ORIGIN = `http://${DOMAIN}`;
const T1 = 500;
const MOST_VISITORS = 200;
/** A page is closed after so many calls, and another opened. */
const CALLS_A_PAGE = 20;
const MEASURE_MS = 15_000;
const MEASURING_VISITORS = 16;
const MARGIN = 0.6;
const WARM_UP_CALLS = 1_000;

export async function soakGateway(options: GatewaySoakOptions): Promise<GatewaySoakReport> {
  const { heardEvery, snapshots, progress = () => {} } = options;
  const link = new LossyLink(options.seed, options.share);
  const sip = await freePort(HOST);
  const callee = await SoakCallee.open(link, () => sip, T1);
  const linkLosses = new LinkLosses();
  callee.socket.onFate = (text, arrived) => linkLosses.note(text, arrived);
  const echo = await RtpEcho.open();
  echo.onPacket = () => link.carry(() => {});
  callee.answer = sdp.replace('audio 4000', `audio ${echo.audio.address().port}`);
  // A callee that hangs up before the visitor has received the answer has not answered.
  callee.talksMs = 1_000;
  const dns = await startDnsServer({ address: HOST, port: 0, zone: zoneOf(callee.socket.port) });
  const gateway = await startMeasured<string, GatewayUsage>(
    './gateway/gateway-process.js',
    configOf(sip, dns.port),
  );

  const byLink = new Map<string, number>();
  const failures = new Map<string, number>();
  const setupMs: number[] = [];
  const idle: SoakVisitor[] = [];
  let visitors = 0;
  let begun = 0;
  let ended = 0;
  let heard = 0;
  const plainOffer = await offerOfNobody();

  const callOnce = async (): Promise<void> => {
    const number = begun++;
    const mark = `c${number}`;
    const script = mix[number % mix.length]!;
    // The third script of each ten: a visitor that hangs up after two seconds.
    const isHeard = number % heardEvery === 2;
    if (isHeard) heard++;
    const cause = await tried(script, mark, isHeard).catch((error: Error) => error.message);
    ended++;
    if (cause !== undefined) {
      const blamed = linkLosses.isLinks(mark) ? byLink : failures;
      const name = `${script}: ${cause}`;
      blamed.set(name, (blamed.get(name) ?? 0) + 1);
    }
    linkLosses.forget(mark);
  };
  /** Returns an error, if any. Rejects when the gateway refuses the page. */
  const tried = async (script: Script, mark: string, isHeard: boolean): Promise<string | undefined> => {
    const visitor = idle.pop() ?? (await enter());
    const media = isHeard ? await withMedia(link) : withoutMedia(plainOffer);
    const cause = await visitor.call(`sip:${script}@${DOMAIN}`, script, mark, media, ms => setupMs.push(ms));
    if (cause === undefined && visitor.calls < CALLS_A_PAGE) idle.push(visitor);
    else leave(visitor);
    return cause;
  };
  const enter = async (): Promise<SoakVisitor> => {
    const visitor = await SoakVisitor.open(gateway.ready, ORIGIN);
    visitors++;
    return visitor;
  };
  const leave = (visitor: SoakVisitor) => {
    visitors--;
    visitor.close();
  };

  // The first calls leave compiled code and grown pools, which are not a leak.
  const capacity = await callsASecond(callOnce);
  const rate = options.rate ?? Math.max(1, Math.round(capacity * MARGIN));
  progress(`capacity ${capacity.toFixed(1)} calls a second; continuing with ${rate} a second`);
  progress('waiting until the first calls are removed');
  const before = await settled(gateway, () => idle.splice(0).forEach(leave), callee);

  if (snapshots) await gateway.snapshot(`${snapshots}/before.heapsnapshot`);
  const [beforeCalls, beforeHeard] = [ended, heard];
  for (const map of [byLink, failures]) map.clear();
  setupMs.length = 0;
  let peak = before;
  let skipped = 0;
  const running = new Set<Promise<void>>();
  const startedAt = performance.now();
  const until = startedAt + options.minutes * 60_000;
  let spokenAt = startedAt;
  for (let next = startedAt; next < until; next += 1000 / rate) {
    await pause(Math.max(0, next - performance.now()));
    if (idle.length === 0 && visitors >= MOST_VISITORS) skipped++;
    else {
      const call = callOnce().finally(() => running.delete(call));
      running.add(call);
    }
    if (performance.now() - spokenAt < 30_000) continue;
    spokenAt = performance.now();
    const now = await gateway.glance();
    if (now.memoryBytes > peak.memoryBytes) peak = now;
    progress(
      `${Math.round((spokenAt - startedAt) / 1000)} s: ${ended - beforeCalls} calls, ${sum(failures)} failed,` +
        ` ${sum(byLink)} more because of the link, ${(now.memoryBytes / 1e6).toFixed(1)} MB`,
    );
  }
  await Promise.all(running);
  const after = await settled(gateway, () => idle.splice(0).forEach(leave), callee);
  if (snapshots) await gateway.snapshot(`${snapshots}/after.heapsnapshot`);
  callee.socket.close();
  echo.close();
  await gateway.stop();
  await dns.close();
  return {
    calls: ended - beforeCalls,
    heard: heard - beforeHeard,
    rate,
    skipped,
    byLink,
    failures,
    setupMs,
    link: link.counts,
    before,
    peak,
    after,
  };
}

/** The rate when each caller calls again immediately. */
async function callsASecond(callOnce: () => Promise<void>): Promise<number> {
  let calls = 0;
  const startedAt = performance.now();
  const again = async () => {
    while (performance.now() - startedAt < MEASURE_MS || calls < WARM_UP_CALLS) {
      await callOnce();
      calls++;
    }
  };
  await Promise.all(Array.from({ length: MEASURING_VISITORS }, again));
  return calls / ((performance.now() - startedAt) / 1000);
}

/** Resolves when no state of any call is left, or after longer than any timer runs. */
async function settled(
  gateway: MeasuredProcess<string, GatewayUsage>,
  everybodyLeaves: () => void,
  callee: SoakCallee,
): Promise<GatewayUsage> {
  everybodyLeaves();
  // 64*T1, and the drain time of ports.
  const deadline = performance.now() + 64 * T1 + 60_000;
  for (;;) {
    const usage = await gateway.usage();
    const own = Object.entries(usage.counts).filter(([name]) => !name.startsWith('node.'));
    const left = own.reduce((total, [, count]) => total + count, callee.calls);
    if (left === 0 || performance.now() > deadline) return usage;
    await pause(500);
  }
}

function configOf(sip: number, dns: number): ConfigInput {
  return {
    listen: `${HOST}:0`,
    address: HOST,
    dns: { servers: [`${HOST}:${dns}`], allow: ['127.0.0.0/8'] },
    sip: { udp: sip, tcp: sip },
    // Below the ports of the tests, which may run in parallel.
    media: { browserPort: 0, pbxPorts: [10000, 18999] },
    limits: {
      ...unbound,
      calls: 1_000,
      connections: 10_000,
      connectionsPerAddress: 10_000,
      messagesPerSecond: 10_000,
    },
    sites: [{ domain: DOMAIN, origins: [ORIGIN], callable: [...new Set(mix)], tokens: false }],
  };
}

function zoneOf(port: number) {
  return {
    origin: DOMAIN,
    records: [
      { name: `pbx.${DOMAIN}`, type: 'A' as const, data: HOST },
      {
        name: `_sip._udp.${DOMAIN}`,
        type: 'SRV' as const,
        data: { priority: 0, weight: 0, port, target: `pbx.${DOMAIN}` },
      },
    ],
  };
}

async function offerOfNobody(): Promise<string> {
  const leg = await WebRtcLeg.open();
  const offer = leg.offer();
  leg.close();
  return offer;
}

export function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
