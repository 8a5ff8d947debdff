// An engine and a drachtio-srf application on it, in a process of their own so that what they use is counted
// apart. `b2bua` calls on whom it is called for at `calleePort`; `uas` answers by itself.

import { once } from 'node:events';
import Srf, { type Dialog, type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { Engine, type EngineCounts } from '../../gateway/engine/engine.ts';
import type { TimerBase } from '../../gateway/engine/transaction/timers.ts';
import { udpLimits } from '../../gateway/engine/transport/udp.ts';
import { sourceLimits } from '../../gateway/engine/transport/udp-sources.ts';
import { sdp } from './soak-socket.ts';

export interface EngineProcessOptions {
  readonly app: 'b2bua' | 'uas';
  readonly calleePort: number;
  readonly timers: TimerBase;
}

export interface EngineUsage {
  readonly cpuSeconds: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
  readonly counts: EngineCounts;
}

export type FromEngine = { readonly udp: number; readonly tcp: number } | EngineUsage;

const options = JSON.parse(process.argv[2] ?? '{}') as EngineProcessOptions;
const engine = await Engine.start({
  listen: [
    { transport: 'udp', address: '127.0.0.1', port: 0 },
    { transport: 'tcp', address: '127.0.0.1', port: 0 },
  ],
  admin: { secret: 'soak' },
  timers: options.timers,
  limits: {
    // All of the load comes from one address, and all of it is wanted.
    transports: { udp: { ...udpLimits, perSource: { ...sourceLimits, requestsPerSecond: 1e6, burst: 1e6 } } },
  },
});
const srf = new Srf();
srf.connect({ host: engine.admin.address, port: engine.admin.port, secret: 'soak' });
await once(srf, 'connect');
srf.use('invite', (req: SrfRequest, res: SrfResponse) => {
  if (options.app === 'uas') srf.createUAS(req, res, { localSdp: sdp }).catch(() => {});
  else connect(req, res).catch(() => {});
});

async function connect(req: SrfRequest, res: SrfResponse): Promise<void> {
  const user = /^sip:([^@]*)@/.exec(req.uri)?.[1] ?? '';
  // drachtio-srf hears a CANCEL only once its own INVITE was echoed, which takes a busy application a while.
  let cancelled = false;
  req.on('cancel', () => {
    cancelled = true;
  });
  const uri = `sip:${user}@127.0.0.1:${options.calleePort}`;
  const { uas, uac } = await srf.createB2BUA(
    req,
    res,
    uri,
    { localSdpB: req.body ?? '' },
    {
      cbRequest: (_error, sent) => {
        if (cancelled) sent?.cancel();
      },
    },
  );
  follow(uas, uac);
  follow(uac, uas);
}

function follow(leg: Dialog, other: Dialog): void {
  const hangUp = () => {
    if (other.connected) other.destroy().catch(() => {});
  };
  leg.on('destroy', hangUp);
  // drachtio-srf hands on a BYE even before anybody can listen for it.
  if (!leg.connected) hangUp();
  leg.on('modify', (req, res) => {
    other.modify(req.body ?? '').then(
      body => res.send(200, { body }),
      () => res.send(488),
    );
  });
}

const portOf = (transport: string) => engine.points.find(point => point.transport === transport)!.port;
process.send?.({ udp: portOf('udp'), tcp: portOf('tcp') } satisfies FromEngine);

process.on('message', () => {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { heapUsed, rss } = process.memoryUsage();
  process.send?.({
    cpuSeconds: (user + system) / 1e6,
    heapBytes: heapUsed,
    rssBytes: rss,
    counts: engine.counts(),
  } satisfies FromEngine);
});
process.on('disconnect', () => process.exit(0));
