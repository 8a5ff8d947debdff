// Wires the rooms into one running gateway: edge, engine, call app, resolver, media relay, HTTP.
// Knows who is who; decides nothing about calls.

import { isSuccess } from './call/answered.ts';
import { CallApp } from './call/call-app.ts';
import { asWritten, logRecord } from './call/call-record.ts';
import type { Outcome } from './call/outcome.ts';
import { addressFence, ownAddresses } from './config/address.ts';
import { assertReplaceable } from './config/change.ts';
import { echoUser } from './config/contact.ts';
import { madeOf, Replaceable } from './config/live.ts';
import { type OwnAddress, ownAddressesOf } from './config/own-address.ts';
import type { Config } from './config/schema.ts';
import { Edge } from './edge/edge.ts';
import { Entrance } from './entrance/entrance.ts';
import { frontDesk } from './front-desk.ts';
import { readIdentity } from './http/certificate.ts';
import { type Health, healthRoute } from './http/health.ts';
import { iconRoutes } from './http/icon.ts';
import { visitorsUrl, watchCertificate } from './http/own-name.ts';
import { startHttp } from './http/server.ts';
import type { MediaRelay } from './media/relay.ts';
import { startMediaRelay } from './media-relay.ts';
import { DailyRecords } from './observe/daily-records.ts';
import { FailureRows } from './observe/failure-rows.ts';
import { Headroom } from './observe/headroom.ts';
import { type Log, written } from './observe/log.ts';
import { SecurityLog, tellNobody } from './observe/security-log.ts';
import { preflight } from './preflight.ts';
import { Reachability } from './reach/reachability.ts';
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
export interface Parts {
  readonly media?: MediaRelay | undefined;
  /** The clock by which a WebSocket without a call is closed: milliseconds that never jump. */
  readonly now?: (() => number) | undefined;
}

/** Starts a gateway; rejects when an address or port cannot be had. */
export async function startGateway(config: Config, log: Log, parts: Parts = {}): Promise<Gateway> {
  const addresses = ownAddressesOf(config.address);
  await preflight(config, addresses, { media: !parts.media });
  const announced = addresses.flatMap(own => own.announced);
  const live = new Replaceable(config);
  const fence = madeOf(live, ({ dns }) => addressFence(dns.allow, () => [...announced, ...ownAddresses()]));
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
    (await startMediaRelay(live, addresses, fenced, resolveHost, log.child({ room: 'media' })));

  const headroom = new Headroom(lack => {
    if (lack) log.warn({ lack }, 'running out: newcomers are refused');
    else log.info({}, 'enough of everything again: newcomers are taken');
  });
  const securityLog = config.log.security ? new SecurityLog(config.log.security, log) : undefined;
  const refused = securityLog?.refused ?? tellNobody;
  const records = config.records && new DailyRecords(config.records, log);
  const failures = new FailureRows(log);
  const reachability = new Reachability({ probe: domain => calls.probe(domain) });

  const visitorAt = (address: string, port: number) => edge.visitors.at(address, port);
  const engine = await startSipEngine(config, {
    addresses,
    mayReach: fenced,
    visitorAt,
    refused,
    log: log.child({ room: 'engine' }),
  });
  const entrance = new Entrance(live, { log: log.child({ room: 'entrance' }) });
  const edge = new Edge(live, engine.takeOn, log.child({ room: 'edge' }), {
    refused,
    entrance,
    now: parts.now,
    callers: () => calls.callers,
  });

  const calls = await CallApp.start({
    config: live,
    log: log.child({ room: 'call' }),
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
    hasRoom: () => headroom.lack === undefined,
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
  edge.refuseWhile(() => headroom.lack && `too little is left: ${headroom.lack}`);
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
    [healthRoute(health), ...iconRoutes, ...frontDesk(live, reach, entrance, log, refused)],
    { log: log.child({ room: 'http' }) },
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

function noteOutcome(failures: FailureRows, domain: string, outcome: Outcome): void {
  if (saysNothing.has(outcome.code)) return;
  if (isSuccess(outcome)) failures.succeeded(domain);
  else if (outcome.cause) failures.failed(domain, outcome.cause);
}

function mediaPortsOf({ media }: Config, addresses: readonly OwnAddress[]): string {
  if (media.rtpengine) return 'the ports of the rtpengines (port-min to port-max)';
  const known = addresses.map(({ announced: [first], bind }) => first ?? bind);
  return `UDP ${media.pbxPorts.join('-')} of ${known.join(' and ')}`;
}
