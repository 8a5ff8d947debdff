// Wires the rooms into one running gateway: edge, engine, call app, resolver, media relay, HTTP.
// Knows who is who; decides nothing about calls.

import { isIPv6 } from 'node:net';
import { CallApp } from './call/call-app.ts';
import { logRecord } from './call/call-record.ts';
import { addressFence, ownAddresses, primaryAddress } from './config/address.ts';
import type { Config } from './config/schema.ts';
import { Edge } from './edge/edge.ts';
import { frontDesk } from './front-desk.ts';
import { callPageRoute } from './http/call-page.ts';
import { cardRoute } from './http/card-pages.ts';
import { type Health, healthRoute } from './http/health.ts';
import { startHttp } from './http/server.ts';
import { createEmbeddedRelay } from './media/embedded/embedded-relay.ts';
import type { MediaRelay } from './media/relay.ts';
import type { Log } from './observe/log.ts';
import { Reachability } from './reach/reachability.ts';
import { isTargetFailure } from './resolver/failover.ts';
import { Quarantine } from './resolver/quarantine.ts';
import { createResolver } from './resolver/resolver.ts';
import { startSipEngine } from './sip-engine.ts';

export interface Gateway {
  /** Where pages find the widget. */
  readonly url: string;
  health(): Promise<Health>;
  /** Stops: takes no new calls, waits for running ones as long as the config says, ends the rest, closes all. */
  drain(): Promise<void>;
  /** Stops at once: running calls are ended with a reason. */
  stop(): Promise<void>;
}

/** Parts that may stand in for the embedded ones. */
export interface Parts {
  readonly media?: MediaRelay | undefined;
}

/** Starts a gateway; rejects when an address or port cannot be had. */
export async function startGateway(config: Config, log: Log, parts: Parts = {}): Promise<Gateway> {
  const address = config.address ?? primaryAddress();
  const fence = addressFence(config.dns.allow, () => [address, ...ownAddresses()]);
  const resolver = createResolver({
    servers: config.dns.servers && [...config.dns.servers],
    // Signalling and media leave from this one address, hence in its family.
    families: [isIPv6(address) ? 'ipv6' : 'ipv4'],
    allow: fence,
    onRefused: (address, host) =>
      log.warn(
        { address, host },
        'DNS points at an address, private or our own, that dns.allow does not name',
      ),
  });
  const quarantine = new Quarantine();

  const media =
    parts.media ??
    (await createEmbeddedRelay({
      workers: config.media.workers,
      browser: { listen: address, port: config.media.browserPort, announce: [address] },
      pbx: { listen: address, announce: address, ports: config.media.pbxPorts },
      silentAfterMs: config.limits.silentSeconds * 1000,
      allowPbxMedia: fence,
      log: log.child({ room: 'media' }),
    }));

  const reachability = new Reachability({ probe: domain => calls.probe(domain) });

  const engine = await startSipEngine(config, address, log.child({ room: 'engine' }));
  const edge = new Edge(config, engine.takeOn, log.child({ room: 'edge' }));

  const calls = await CallApp.start({
    config,
    limits: config.limits,
    log: log.child({ room: 'call' }),
    media,
    engine: engine.applications,
    visitorAt: (address, port) => edge.visitors.at(address, port),
    resolve: async (host, signal) => {
      const { targets } = await resolver.begin({ scheme: 'sip', host }, signal);
      return { targets: quarantine.order(targets) };
    },
    judge: (target, outcome) => {
      const failed = isTargetFailure(outcome);
      if (failed) quarantine.report(target);
      else {
        quarantine.release(target);
        reachability.answered(target.domain);
      }
      return failed;
    },
    onRecord: record => logRecord(log, record),
  });
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
    ...engine.counts(),
    media: await media.counts(),
  });
  const http = await startHttp(config, [
    healthRoute(health),
    callPageRoute(config),
    cardRoute(config),
    // Who takes no more calls cannot promise any.
    ...frontDesk(config, async domain => (draining ? 'unknown' : await reachability.of(domain)), log),
  ]);
  edge.attach(http.server, http.secure);

  let stopping: Promise<void> | undefined;
  /** Once, however often it is asked for. */
  const stop = () => {
    stopping ??= stopAll();
    return stopping;
  };

  async function stopAll(): Promise<void> {
    draining = true;
    edge.refuseNewcomers('the gateway is stopping');
    calls.refuseNewCalls();
    await calls.endAll('stopping');
    edge.close();
    await http.close();
    calls.close();
    await engine.stop();
    await media.shutdown();
    resolver.close();
  }

  return {
    url: http.url,
    health,
    async drain() {
      draining = true;
      calls.refuseNewCalls();
      await calls.quiet(config.limits.drainSeconds * 1000);
      await stop();
    },
    stop,
  };
}
