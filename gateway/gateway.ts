// Wires the rooms into one running gateway: edge, engine, call app, resolver, media relay, HTTP.
// Knows who is who; decides nothing about calls.

import { Authorization } from './auth/authorization.ts';
import { Reachability } from './availability/reachability.ts';
import { isSuccess } from './call/answered-outcome.ts';
import { CallApp } from './call/call-app.ts';
import { asWritten, logRecord } from './call/call-record.ts';
import type { Outcome } from './call/outcome.ts';
import { echoUser } from './config/contact.ts';
import { derived, Replaceable } from './config/live.ts';
import { type OwnAddress, ownAddressesOf } from './config/own-address.ts';
import { assertReplaceable } from './config/reload.ts';
import type { Config } from './config/schema.ts';
import { Edge } from './edge/edge.ts';
import { readIdentity } from './http/certificate.ts';
import { type Health, healthRoute } from './http/health.ts';
import { iconRoutes } from './http/icon.ts';
import { startHttp } from './http/server.ts';
import { visitorsUrl, watchCertificate } from './http/visitor-url.ts';
import type { MediaRelay } from './media/relay.ts';
import { startMediaRelay } from './media-relay.ts';
import { addressFence, ownAddresses } from './net/address-fence.ts';
import { DailyRecords } from './observe/daily-records.ts';
import { FailureStreaks } from './observe/failure-streaks.ts';
import { Headroom } from './observe/headroom.ts';
import { type Log, written } from './observe/log.ts';
import { ignoreRefusal, SecurityLog } from './observe/security-log.ts';
import { preflight } from './preflight.ts';
import { publicRoutes } from './public-routes.ts';
import { isTargetFailure } from './resolver/failover.ts';
import { Quarantine } from './resolver/quarantine.ts';
import { createResolver } from './resolver/resolver.ts';
import { startSipEngine } from './sip-engine.ts';

export interface Gateway {
  /** Where it listens. */
  readonly url: string;
  /** Where visitors reach it, as far as that is known. */
  publicUrl(): string;
  health(): Promise<Health>;
  /**
   * Goes by this configuration from now on: new calls and visitors do, running calls go on.
   * @throws {ConfigError} when it differs in what only a start can change, or its certificate is no use; all stays then
   */
  reload(config: Config): void;
  /** Stops: takes no new calls, waits for running ones as long as the config says, ends the rest, closes all. */
  drain(): Promise<void>;
  /** Stops at once: running calls are ended with a reason, `stopping` unless told. */
  stop(why?: 'stopping' | 'gateway-failed'): Promise<void>;
}

/** Parts that may stand in for the embedded ones. */
export interface GatewayOverrides {
  readonly media?: MediaRelay | undefined;
  /** The clock by which a WebSocket without a call is closed: milliseconds that never jump. */
  readonly now?: (() => number) | undefined;
}

/** Starts a gateway; rejects when an address or port cannot be had. */
export async function startGateway(config: Config, log: Log, parts: GatewayOverrides = {}): Promise<Gateway> {
  const addresses = ownAddressesOf(config.address);
  await preflight(config, addresses, { media: !parts.media });
  const announced = addresses.flatMap(own => own.announced);
  const live = new Replaceable(config);
  const fence = derived(live, ({ dns }) => addressFence(dns.allow, () => [...announced, ...ownAddresses()]));
  const fenced = (one: string) => fence.current(one);
  const resolver = createResolver({
    servers: config.dns.servers && [...config.dns.servers],
    // Signalling and media leave from these addresses, hence in their families.
    from: addresses.map(({ bind }) => bind),
    allow: fenced,
    onRefused: (address, host) =>
      log.warn(
        { answer: address, host },
        'DNS points at an address, private or our own, that dns.allow does not name',
      ),
  });
  const quarantine = new Quarantine();

  const resolveHost = (host: string) => resolver.addresses(host);
  const media =
    parts.media ??
    (await startMediaRelay(live, addresses, fenced, resolveHost, log.child({ component: 'media' })));

  const headroom = new Headroom(exhausted => {
    if (exhausted) log.warn({ exhausted }, 'running out: newcomers are refused');
    else log.info({}, 'enough of everything again: newcomers are taken');
  });
  const securityLog = config.log.securityFile ? new SecurityLog(config.log.securityFile, log) : undefined;
  const refused = securityLog?.refused ?? ignoreRefusal;
  const records = config.records && new DailyRecords(config.records, log);
  const failures = new FailureStreaks(log);
  const reachability = new Reachability({ probe: domain => calls.probe(domain) });

  const visitorAt = (address: string, port: number) => edge.visitors.at(address, port);
  const engine = await startSipEngine(config, {
    addresses,
    mayReach: fenced,
    visitorAt,
    refused,
    log: log.child({ component: 'engine' }),
  });
  const entrance = new Authorization(live, { log: log.child({ component: 'entrance' }) });
  const edge = new Edge(live, engine.takeOn, log.child({ component: 'edge' }), {
    refused,
    entrance,
    now: parts.now,
    callers: () => calls.callers,
  });

  const calls = await CallApp.start({
    config: live,
    log: log.child({ component: 'call' }),
    media,
    engine: engine.applications,
    quotas: entrance.quotas,
    visitorAt,
    resolve: async (host, signal) => {
      const { targets } = await resolver.begin({ scheme: 'sip', host }, signal);
      return { targets: quarantine.order(targets) };
    },
    judge: (target, outcome) => {
      const failed = isTargetFailure(outcome);
      const asked = outcome.kind === 'response' ? outcome.retryAfterSeconds : undefined;
      if (failed) quarantine.report(target, asked && asked * 1000);
      else {
        quarantine.release(target);
        reachability.answered(target.domain);
      }
      return failed;
    },
    mediaPorts: () => mediaPortsOf(live.current, addresses),
    hasRoom: () => headroom.exhausted === undefined,
    onRefused: (domain, why) => noteOutcome(failures, domain, why),
    isFailing: domain => failures.isFailing(domain),
    onRecord: record => {
      logRecord(log, record);
      const { destination, outcome } = record;
      // A test of the sound says nothing of the PBX.
      if (destination.user !== echoUser) noteOutcome(failures, destination.domain, outcome);
      const line = asWritten(record);
      records?.write({ ...line, address: written(line.address, config.log.addresses) });
    },
    refused,
  });
  edge.refuseWhile(() => headroom.exhausted && `too little is left: ${headroom.exhausted}`);
  edge.visitors.onLeft(visitor => calls.visitorLeft(visitor));

  let draining = false;
  calls.onEngine(state => {
    if (draining) return;
    if (state === 'here') {
      edge.admitNewcomers();
      return;
    }
    edge.refuseNewcomers('the SIP engine is away');
    // Their frames would go nowhere, and they would not know.
    edge.dismiss('the SIP engine is away');
  });

  const health = async (): Promise<Health> => ({
    status: draining ? 'draining' : calls.engine === 'here' ? 'ok' : 'engine-away',
    calls: calls.size,
    visitors: edge.visitors.size,
    failedRequests: http.failures,
    ...engine.counts(),
    media: await media.counts(),
  });
  // Who takes no more calls cannot promise any.
  const reach = async (domain: string) => (draining ? 'unknown' : await reachability.of(domain));
  const http = await startHttp(
    config,
    [healthRoute(health), ...iconRoutes, ...publicRoutes(live, reach, entrance, log, refused)],
    { log: log.child({ component: 'http' }) },
  );
  edge.attach(http.server, http.secure, http.allows);
  const certificateHealth = http.certificate && watchCertificate(http.certificate, live, log);

  let stopping: Promise<void> | undefined;
  /** Once, however often it is asked for. */
  const stop: Gateway['stop'] = (why = 'stopping') => {
    stopping ??= stopAll(why);
    return stopping;
  };

  async function stopAll(why: 'stopping' | 'gateway-failed'): Promise<void> {
    draining = true;
    edge.refuseNewcomers('the gateway is stopping');
    calls.refuseNewCalls();
    await calls.endAll(why);
    edge.close();
    certificateHealth?.close();
    await http.close();
    calls.close();
    await engine.stop();
    await media.shutdown();
    resolver.close();
    await Promise.all([securityLog?.close(), records?.close()]);
  }

  return {
    url: http.url,
    publicUrl: () => visitorsUrl(live.current, addresses, http.url),
    health,
    reload(next) {
      assertReplaceable(live.current, next);
      const identity = next.tls && readIdentity(next.tls);
      live.current = next;
      if (identity) http.certificate?.show(identity);
    },
    async drain() {
      draining = true;
      calls.refuseNewCalls();
      // Whoever is in a call may have to find back to it from another network; nobody else is let in.
      edge.refuseNewcomers('the gateway is stopping', origin => calls.isCallingFrom(origin));
      edge.takeLeaveOf(visitor => !calls.isCalling(visitor), 'the gateway is stopping');
      await calls.quiet(live.current.limits.drainSeconds * 1000);
      await stop();
    },
    stop,
  };
}

/** What a visitor breaks off, or breaks, says nothing of the site's telephones; nor does a gateway that stops. */
const saysNothing: ReadonlySet<string> = new Set(['cancelled', 'stopping', 'bad-request', 'token-refused']);

function noteOutcome(failures: FailureStreaks, domain: string, outcome: Outcome): void {
  if (saysNothing.has(outcome.code)) return;
  if (isSuccess(outcome)) failures.succeeded(domain);
  else if (outcome.cause) failures.failed(domain, outcome.cause);
}

function mediaPortsOf({ media }: Config, addresses: readonly OwnAddress[]): string {
  if (media.rtpengine) return 'the ports of the rtpengines (port-min to port-max)';
  const known = addresses.map(({ announced: [first], bind }) => first ?? bind);
  return `UDP ${media.pbxPorts.join('-')} of ${known.join(' and ')}`;
}
