// A media worker thread: its browser port, its PBX ports, its calls. Obeys requests from
// the main thread one at a time per call; never decides what a call may do. Two things it
// does by itself: it ends a call that outlives its limit, for the main thread may hang; and
// it goes on after a failure that nobody caught, which is one packet's, and not its calls'.

import { parentPort, workerData } from 'node:worker_threads';
import type { MediaEvent } from '../relay.ts';
import { BrowserPort } from './browser-port.ts';
import { PacketRing } from './packet-ring.ts';
import { PortPool } from './port-pool.ts';
import type { FromWorker, ToWorker, WorkerReplies, WorkerRequest, WorkerSettings } from './protocol.ts';
import { type CallParts, RelayedCall } from './relayed-call.ts';
import { TcpPort } from './tcp-port.ts';

const tickMs = 500;
/** A bug that every packet meets must not flood the log. */
const bugEveryMs = 1000;

const main = parentPort!;
const settings = workerData as WorkerSettings;
const now = () => performance.now();
const say = (message: FromWorker) => main.postMessage(message);

let bugAt = -bugEveryMs;
function bug(error: unknown): void {
  if (now() - bugAt < bugEveryMs) return;
  bugAt = now();
  const stack = error instanceof Error ? error.stack : String(error);
  say({ type: 'log', level: 'error', fields: { stack }, message: 'A packet met a bug in the media relay' });
}

const calls = new Map<string, RelayedCall>();
const pool = new PortPool({
  listen: settings.pbx.listen,
  ports: settings.pbx.ports,
  drainMs: settings.drainMs,
});
const port = await BrowserPort.open({ ...settings.browser, consentMs: settings.consentMs, now, onBug: bug });
const tcp = await TcpPort.open({ ...settings.browser, proofMs: settings.proofMs, browsers: port });
const parts: CallParts = {
  pool,
  leg: {
    port,
    ring: new PacketRing(),
    identity: settings,
    consentMs: settings.consentMs,
    connectMs: settings.connectMs,
  },
  symmetric: settings.pbx.symmetric,
  silentAfterMs: settings.silentAfterMs,
  now,
  emit: (event: MediaEvent) => say({ type: 'event', event }),
  bug,
};

const ticking = setInterval(() => {
  const time = now();
  for (const call of [...calls.values()]) {
    try {
      if (time >= call.endsAt) outlived(call);
      else call.tick(time);
    } catch (error) {
      bug(error);
    }
  }
}, tickMs);

function outlived({ id }: RelayedCall): void {
  end(id);
  say({
    type: 'event',
    event: { type: 'failed', call: id, reason: 'the call outlived its longest duration', ours: true },
  });
}

async function obey(request: WorkerRequest): Promise<WorkerReplies[keyof WorkerReplies] | 'no ports'> {
  switch (request.op) {
    case 'ports': {
      const known = calls.get(request.call);
      const call = known ?? new RelayedCall(request.call, request.longestMs, parts);
      calls.set(request.call, call);
      const pairs = await call.ports(request.lines);
      if (pairs !== null) return pairs.map(pair => pair.port);
      if (known === undefined) end(request.call);
      return 'no ports';
    }
    case 'apply':
      calls.get(request.plan.call)?.apply(request.plan);
      return null;
    case 'close':
      return end(request.call);
    case 'counts':
      return {
        calls: calls.size,
        ports: pool.used * 2,
        draining: pool.draining * 2,
        connections: tcp.connections,
        strays: port.strays,
      };
    case 'shutdown':
      clearInterval(ticking);
      for (const call of [...calls.keys()]) end(call);
      pool.close();
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
  obey(request).then(
    value => {
      if (value === 'no ports') say({ type: 'refusal', id, message: 'no media port is free', status: 503 });
      else say({ type: 'reply', id, value });
      if (request.op === 'shutdown') main.close();
    },
    error => {
      bug(error);
      say({ type: 'refusal', id, message: 'the media worker erred', status: 503 });
    },
  );
});

// Not before: a worker whose ports cannot be had must end.
process.on('uncaughtException', bug);
process.on('unhandledRejection', bug);

say({ type: 'ready', port: port.port, tcpPort: tcp.port });
