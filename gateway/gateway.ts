// The composition root: starts the components of a gateway in order, and connects them. It decides nothing about calls;
// gateway-events.ts has what follows from the events of calls.

import { type GatewayStatus, type Health, healthRoute } from './admin/health.ts';
import { startAdminListener } from './admin/listener.ts';
import { Authorization } from './auth/authorization.ts';
import { Reachability } from './availability/reachability.ts';
import { CallApp } from './call/call-app.ts';
import { CallEvents } from './call/events.ts';
import { LocalCalls } from './call/local-calls.ts';
import { derived, Replaceable } from './config/live.ts';
import { ownAddressesOf } from './config/own-address.ts';
import { assertReplaceable } from './config/reload.ts';
import type { Config } from './config/schema.ts';
import { Edge, visitorsOf } from './edge/edge.ts';
import {
  followEngine,
  recordFailures,
  rememberTarget,
  rememberTargets,
  reportHeadroom,
  writeRecords,
} from './gateway-events.ts';
import { mediaPortsOf, ownAndAnnounced, resolverOptions } from './gateway-options.ts';
import { readIdentity } from './http/certificate.ts';
import { RouteErrorBoundary } from './http/error-boundary.ts';
import { statusOfGateway } from './http/health.ts';
import { iconRoutes } from './http/icon.ts';
import { startHttp } from './http/server.ts';
import { visitorsUrl, watchCertificate } from './http/visitor-url.ts';
import { type Lifecycle, startOrUnwind } from './lifecycle.ts';
import type { MediaRelay } from './media/relay.ts';
import { startMediaRelay } from './media-relay.ts';
import { addressFence } from './net/address-fence.ts';
import { FailureStreaks } from './observe/failure-streaks.ts';
import { type Gauges, Headroom } from './observe/headroom.ts';
import type { Log } from './observe/log.ts';
import { ignoreRefusal, SecurityLog } from './observe/security-log.ts';
import { preflight } from './preflight.ts';
import { publicRoutes } from './public-routes.ts';
import { JsonlSink } from './records/jsonl.ts';
import { Quarantine } from './resolver/quarantine.ts';
import { createResolver } from './resolver/resolver.ts';
import { startSipEngine } from './sip-engine.ts';
import { memoryStores, type Stores } from './stores.ts';

export interface Gateway {
  /** The URL on which it listens. */
  readonly url: string;
  /** The administrator's listener; undefined where the configuration has none. */
  readonly adminUrl: string | undefined;
  /** Where visitors reach it, as far as that is known. */
  publicUrl(): string;
  health(): Promise<Health>;
  /**
   * Uses this configuration from now on, for new calls and visitors; running calls continue.
   * @throws {ConfigError} if a changed key needs a restart, or the certificate is not usable. Then nothing changes.
   */
  reload(config: Config): void;
  /**
   * Stops: accepts no new calls, waits for running ones as long as the configuration says, ends the rest, closes
   * everything.
   */
  drain(): Promise<void>;
  /** Stops immediately: running calls end with a reason, by default `stopping`. */
  stop(why?: 'stopping' | 'gateway-failed'): Promise<void>;
}

/** Replacements for embedded parts. */
export interface GatewayOverrides {
  readonly media?: MediaRelay | undefined;
  /** The clock for closing a WebSocket without a call: milliseconds, monotonic. */
  readonly now?: (() => number) | undefined;
  /** State that gateways can share, in place of the memory of this process. */
  readonly stores?: Partial<Stores> | undefined;
  /** Measures what is left of files, memory and time. Default: those of this process. */
  readonly gauges?: Gauges;
}

/** Starts a gateway. Rejects when an address or port cannot be bound; whatever has started is stopped again. */
export function startGateway(config: Config, log: Log, overrides: GatewayOverrides = {}): Promise<Gateway> {
  return startOrUnwind(lifecycle => start(config, log, overrides, lifecycle));
}

async function start(
  config: Config,
  log: Log,
  overrides: GatewayOverrides,
  lifecycle: Lifecycle,
): Promise<Gateway> {
  const addresses = ownAddressesOf(config.address);
  await preflight(config, addresses, { media: !overrides.media });
  const component = (name: string) => log.child({ component: name });
  const live = new Replaceable(config);
  const fence = derived(live, ({ dns }) => addressFence(dns.allow, () => ownAndAnnounced(addresses)));
  const fenced = (address: string) => fence.current(address);
  const quarantine = new Quarantine();
  const headroom = new Headroom(resource => reportHeadroom(log, resource), overrides.gauges);
  const failures = new FailureStreaks(log);
  const events = new CallEvents(log);
  const running = new LocalCalls();
  const visitors = visitorsOf(config);
  const visitor = (id: string) => visitors.get(id);
  const stores = { ...memoryStores(), ...overrides.stores };
  const auth = new Authorization(live, { log: component('auth'), stores });

  const resolver = await lifecycle.start(
    () => createResolver(resolverOptions(config, addresses, fenced, log)),
    one => one.close(),
  );
  const securityLog = await lifecycle.start(
    () => (config.log.securityFile ? new SecurityLog(config.log.securityFile, log) : undefined),
    one => one?.close(),
  );
  const refused = securityLog?.refused ?? ignoreRefusal;
  const records = await lifecycle.start(
    () => config.records && new JsonlSink(config.records, log),
    one => one?.close(),
  );
  const media = await lifecycle.start(
    () =>
      overrides.media ??
      startMediaRelay(live, addresses, fenced, host => resolver.addresses(host), component('media')),
    one => one.shutdown(),
  );
  const engine = await lifecycle.start(
    () => startSipEngine(config, { addresses, mayReach: fenced, visitor, refused, log: component('engine') }),
    one => one.stop(),
  );
  const calls = await lifecycle.start(
    () =>
      CallApp.start({
        ...{ config: live, log: component('call'), media, events, calls: running, visitor, refused },
        engine: engine.applications,
        ...{ quotas: auth.quotas, registry: stores.calls, storeFailures: auth.storeFailures },
        owner: stores.owner,
        resolve: async (host, signal) => {
          const { targets } = await resolver.begin({ scheme: 'sip', host }, signal);
          return { targets: quarantine.order(targets) };
        },
        mediaPorts: () => mediaPortsOf(live.current, addresses),
        hasRoom: () => headroom.exhausted === undefined,
        isFailing: domain => failures.isFailing(domain),
      }),
    one => one.close(),
  );
  const reachability = new Reachability({
    probe: domain => calls.probe(domain, (target, outcome) => rememberTarget(quarantine, target, outcome)),
  });
  events.subscribe(rememberTargets(quarantine, reachability));
  events.subscribe(recordFailures(failures));
  events.subscribe(writeRecords(live, log, records));

  let draining = false;
  const status = (): GatewayStatus =>
    draining ? 'draining' : calls.engine === 'here' ? 'ok' : 'engine-away';
  // A gateway that takes no more calls cannot promise any.
  const reach = async (domain: string) => (draining ? 'unknown' : await reachability.of(domain));
  const http = await lifecycle.start(
    () =>
      startHttp(
        config,
        [statusOfGateway(status), ...iconRoutes, ...publicRoutes(live, reach, auth, log, refused)],
        { log: component('http') },
      ),
    one => one.close(),
  );
  const edge = await lifecycle.start(
    () =>
      new Edge(live, engine.acceptSocket, component('edge'), {
        ...{ refused, authorization: auth, visitors, now: overrides.now },
        callers: () => running.callers,
      }),
    one => one.close(),
  );
  edge.refuseWhile(() => headroom.exhausted && `resource exhausted: ${headroom.exhausted}`);
  visitors.onLeft(left => calls.visitorLeft(left));
  followEngine(calls, edge, () => draining);
  edge.attach(http.server, http.secure, http.allows);
  await lifecycle.start(
    () => http.certificate && watchCertificate(http.certificate, live, log),
    one => one?.close(),
  );

  const adminBoundary = new RouteErrorBoundary(component('admin'));
  const health = async (): Promise<Health> => ({
    status: status(),
    calls: await stores.calls.count(stores.owner).catch(() => null),
    visitors: visitors.size,
    failedRequests: http.failures + adminBoundary.failures,
    ...engine.counts(),
    media: await media.counts(),
  });
  const admin = await lifecycle.start(
    () =>
      config.admin &&
      startAdminListener(config.admin, [healthRoute(health)], {
        log: component('admin'),
        certificate: http.certificate,
        boundary: adminBoundary,
      }),
    one => one?.close(),
  );

  let stopping: Promise<void> | undefined;
  /** Ends the calls, then stops all components; once, however often it is called. */
  const stop: Gateway['stop'] = (why = 'stopping') => {
    stopping ??= (async () => {
      draining = true;
      edge.refuseNewVisitors('the gateway is stopping');
      calls.refuseNewCalls();
      await calls.endAll(why);
      await lifecycle.stop();
    })();
    return stopping;
  };

  return {
    url: http.url,
    adminUrl: admin?.url,
    publicUrl: () => visitorsUrl(live.current, addresses, http.url),
    health,
    reload(next) {
      assertReplaceable(live.current, next);
      const identity = next.tls && readIdentity(next.tls);
      live.current = next;
      if (identity) http.certificate?.replace(identity);
    },
    async drain() {
      draining = true;
      calls.refuseNewCalls();
      // A visitor in a call may have to come back to it from another network; others are refused.
      edge.refuseNewVisitors('the gateway is stopping', origin => running.isCallingFrom(origin));
      edge.closeWhere(({ id }) => running.of(id).length === 0, 'the gateway is stopping');
      await calls.quiet(live.current.limits.drainSeconds * 1000);
      await stop();
    },
    stop,
  };
}
