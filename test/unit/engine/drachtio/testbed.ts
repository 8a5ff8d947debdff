// An engine with short timers, on a clock that follows the pace of the process, and a drachtio-srf application
// connected to it, as in a gateway. At the end of the test nothing may be left: calls, dialogs, transactions, timers,
// connections.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import Srf, { type Dialog, type SipMessage, type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { Engine, type EngineOptions } from '../../../../gateway/engine/engine.ts';
import { eventually } from '../../../support/eventually.ts';
import { SteadyClock } from '../transaction/steady-clock.ts';

/** 64*T1 is 1.28 s. */
export const shortTimers = { t1: 20, t2: 80, t4: 40 };

/** Longer than any state of an ended call is kept. */
const LASTS_MS = 2 * 64 * shortTimers.t1;

export const secret = 'a secret';

export type WholeDialog = Dialog;
export type WholeSrf = Srf;
export type { Dialog, SipMessage, SrfRequest, SrfResponse };

export interface App {
  readonly engine: Engine;
  readonly srf: WholeSrf;
  readonly udpPort: number;
  readonly tcpPort: number;
  uri(user: string, transport?: 'udp' | 'tcp'): string;
}

const applications = new WeakMap<Engine, Set<WholeSrf>>();

export async function startEngine(
  context: TestContext,
  options: Partial<EngineOptions> = {},
): Promise<Engine> {
  const clock = options.clock ?? new SteadyClock();
  const engine = await Engine.start({
    listen: [
      { transport: 'udp', address: '127.0.0.1', port: 0 },
      { transport: 'tcp', address: '127.0.0.1', port: 0 },
    ],
    admin: { secret },
    timers: shortTimers,
    ...options,
    clock,
  });
  context.after(async () => {
    try {
      if (clock instanceof SteadyClock) await clock.hurry(LASTS_MS, () => isQuiet(engine));
      await quiet(engine);
    } finally {
      for (const srf of applications.get(engine) ?? []) srf.disconnect();
      await engine.stop();
      if (clock instanceof SteadyClock) clock.stop();
    }
    assert.deepEqual(engine.counts(), {
      applications: 0,
      flows: 0,
      clientTransactions: 0,
      serverTransactions: 0,
      dialogs: 0,
      timers: 0,
    });
  });
  return engine;
}

/** Connected until the engine stops, or until `leave`. */
export async function connectApp(engine: Engine): Promise<WholeSrf> {
  const srf = new Srf();
  srf.on('error', () => {});
  const connected = once(srf, 'connect');
  srf.connect({ host: engine.admin.address, port: engine.admin.port, secret });
  assert.equal((await connected)[0], null);
  const others = applications.get(engine) ?? new Set();
  applications.set(engine, others.add(srf));
  return srf;
}

export function leave(engine: Engine, srf: WholeSrf): void {
  applications.get(engine)?.delete(srf);
  srf.disconnect();
}

export async function startApp(context: TestContext, options: Partial<EngineOptions> = {}): Promise<App> {
  const engine = await startEngine(context, options);
  const srf = await connectApp(engine);
  const portOf = (transport: string) => engine.points.find(point => point.transport === transport)!.port;
  const udpPort = portOf('udp');
  const tcpPort = portOf('tcp');
  return {
    engine,
    srf,
    udpPort,
    tcpPort,
    uri: (user, transport = 'udp') =>
      `sip:${user}@127.0.0.1:${transport === 'udp' ? udpPort : tcpPort};transport=${transport}`,
  };
}

/** Resolves when every call, and the state of ended calls, has left the engine. */
export async function quiet(engine: Engine): Promise<void> {
  await eventually('the engine has forgotten its calls', () => isQuiet(engine));
}

function isQuiet(engine: Engine): boolean {
  const { clientTransactions, serverTransactions, dialogs, timers } = engine.counts();
  return clientTransactions + serverTransactions + dialogs + timers === 0;
}

/** The next request of that method, for the test to answer. */
export function nextRequest(srf: WholeSrf, method: string): Promise<{ req: SrfRequest; res: SrfResponse }> {
  return new Promise(resolve => srf.use(method, (req, res) => resolve({ req, res })));
}
