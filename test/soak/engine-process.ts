// The engine in a separate process, without an application, so that its usage is counted separately.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { Engine, type EngineCounts } from '../../gateway/engine/engine.ts';
import type { TimerBase } from '../../gateway/engine/transaction/timers.ts';
import { streamLimits } from '../../gateway/engine/transport/stream-limits.ts';
import { udpLimits } from '../../gateway/engine/transport/udp.ts';
import { sourceLimits } from '../../gateway/engine/transport/udp-sources.ts';
import { answerParent, type ProcessUsage } from './process-usage.ts';

export interface EngineProcessOptions {
  readonly timers: TimerBase;
  readonly secret: string;
}

export interface EngineUsage extends ProcessUsage {
  readonly counts: EngineCounts;
}

/** The ports it listens on. */
export interface EngineReady {
  readonly udp: number;
  readonly tcp: number;
  readonly ws: number;
  readonly admin: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as EngineProcessOptions;
const address = '127.0.0.1';
const engine = await Engine.start({
  listen: [
    { transport: 'udp', address, port: 0 },
    { transport: 'tcp', address, port: 0 },
  ],
  admin: { secret: options.secret },
  timers: options.timers,
  limits: {
    // All load comes from one address and must not be limited.
    transports: {
      udp: { ...udpLimits, perSource: { ...sourceLimits, requestsPerSecond: 1e6, burst: 1e6 } },
      stream: { ...streamLimits, perSource: 10_000 },
    },
  },
});
const browsers = new WebSocketServer({
  host: address,
  port: 0,
  perMessageDeflate: false,
  handleProtocols: () => 'sip',
});
await once(browsers, 'listening');
browsers.on('connection', (socket, { socket: { remotePort = 0 } }) => {
  engine.acceptWebSocket(socket, { address, port: remotePort }, false);
});

const portOf = (transport: string) => engine.points.find(point => point.transport === transport)!.port;
process.send?.({
  udp: portOf('udp'),
  tcp: portOf('tcp'),
  ws: (browsers.address() as AddressInfo).port,
  admin: engine.admin.port,
} satisfies EngineReady);
answerParent((usage): EngineUsage => ({ ...usage, counts: engine.counts() }));
