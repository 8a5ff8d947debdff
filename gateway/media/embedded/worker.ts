// A media worker thread: its browser port, its PBX ports, its calls. Runs requests from the main thread one
// at a time per call and makes no decisions about calls, with two exceptions. It ends a call that exceeds its
// limit, because the main thread may hang. It continues after an uncaught error, because the error concerns
// one packet only.

import { parentPort, workerData } from 'node:worker_threads';
import { latchNetworks } from '../latch.ts';
import type { MediaEvent } from '../relay.ts';
import { BrowserPort } from './browser-port.ts';
import { PortPool } from './port-pool.ts';
import { type CallParts, RelayedCall } from './relayed-call.ts';
import { TcpPort } from './tcp-port.ts';
import { PacketRing } from './udp.ts';
import type {
  FromWorker,
  ToWorker,
  WorkerReplies,
  WorkerRequest,
  WorkerSettings,
} from './worker-protocol.ts';

const tickMs = 500;
/** A bug that each packet triggers must not flood the log. */
const reportEveryMs = 1000;

const main = parentPort!;
const settings = workerData as WorkerSettings;
const now = () => performance.now();
const post = (message: FromWorker) => main.postMessage(message);

let reportedAt = -reportEveryMs;
function reportError(error: unknown): void {
  if (now() - reportedAt < reportEveryMs) return;
  reportedAt = now();
  const stack = error instanceof Error ? error.stack : String(error);
  post({
    type: 'log',
    level: 'error',
    fields: { stack },
    message: 'internal error in the media relay while processing a packet',
  });
}

const calls = new Map<string, RelayedCall>();
const { listen, browser, pbx, drainMs, consentMs, proofMs } = settings;
const pools = listen.map(
  address => new PortPool({ listen: address, ipv6Only: listen.length > 1, ports: pbx.ports, drainMs }),
);
const port = await BrowserPort.open({ listen, ...browser, consentMs, now, onError: reportError });
const tcp = await TcpPort.open({ listen, ...browser, proofMs, browsers: port });
const parts: CallParts = {
  pools,
  leg: {
    port,
    ring: new PacketRing(),
    identity: settings,
    consentMs: settings.consentMs,
    connectMs: settings.connectMs,
  },
  networks: latchNetworks(settings.pbx.networks),
  keepAliveMs: settings.keepAliveMs,
  oneWayMs: settings.oneWayMs,
  silentAfterMs: settings.silentAfterMs,
  now,
  emit: (event: MediaEvent) => post({ type: 'event', event }),
  reportError,
};

const ticking = setInterval(() => {
  const time = now();
  for (const call of [...calls.values()]) {
    try {
      if (time >= call.endsAt) endOverdue(call);
      else call.tick(time);
    } catch (error) {
      reportError(error);
    }
  }
}, tickMs);

function endOverdue({ id }: RelayedCall): void {
  end(id);
  post({
    type: 'event',
    event: { type: 'failed', call: id, reason: 'the call exceeded its maximum duration', ours: true },
  });
}

async function run(request: WorkerRequest): Promise<WorkerReplies[keyof WorkerReplies] | 'no ports'> {
  switch (request.op) {
    case 'ports': {
      const known = calls.get(request.call);
      const call = known ?? new RelayedCall(request.call, request.longestMs, parts);
      calls.set(request.call, call);
      const pairs = await call.ports(request.lines, request.at);
      if (pairs !== null) return pairs.map(pair => pair.port);
      if (known === undefined) end(request.call);
      return 'no ports';
    }
    case 'apply':
      calls.get(request.plan.call)?.apply(request.plan);
      return null;
    case 'established':
      calls.get(request.call)?.established();
      return null;
    case 'picture':
      return calls.get(request.call)?.requestPicture() ?? false;
    case 'close':
      return end(request.call);
    case 'counts':
      return {
        calls: calls.size,
        ports: pools.reduce((sum, { used }) => sum + used * 2, 0),
        draining: pools.reduce((sum, { draining }) => sum + draining * 2, 0),
        connections: tcp.connections,
        unmatched: port.unmatched,
      };
    case 'shutdown':
      clearInterval(ticking);
      for (const call of [...calls.keys()]) end(call);
      for (const pool of pools) pool.close();
      tcp.close();
      port.close();
      return null;
  }
}

function end(id: string): WorkerReplies['close'] {
  const report = calls.get(id)?.close() ?? null;
  calls.delete(id);
  return report;
}

main.on('message', ({ id, request }: ToWorker) => {
  run(request).then(
    value => {
      if (value === 'no ports') post({ type: 'refusal', id, message: 'no media port is free', status: 503 });
      else post({ type: 'reply', id, value });
      if (request.op === 'shutdown') main.close();
    },
    error => {
      reportError(error);
      post({ type: 'refusal', id, message: 'internal error in the media worker', status: 503 });
    },
  );
});

// Set only now: a worker whose ports cannot be bound must end.
process.on('uncaughtException', reportError);
process.on('unhandledRejection', reportError);

post({ type: 'ready', ports: port.ports.map((udp, i) => ({ udp, tcp: tcp.ports[i] ?? udp })) });
