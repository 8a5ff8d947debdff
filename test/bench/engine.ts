// The engine alone: calls per CPU-second through drachtio-srf, and what a dialog, a finished call and an idle
// connection cost in memory. SIP_CALL_BENCH_PROFILE=folder leaves a processor profile of each run there.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { LossyLink } from '../soak/lossy-link.ts';
import { type MeasuredEngine, startMeasuredEngine } from '../soak/measured-engine.ts';
import { SoakCallee } from '../soak/soak-callee.ts';
import { SoakCaller } from '../soak/soak-caller.ts';
import { atLeast, type Figure } from './figure.ts';

const calls = 4_000;
const concurrency = 16;
const idleConnections = 50;
const timers = { t1: 500, t2: 4_000, t4: 5_000 };

export async function benchEngine(): Promise<Figure[]> {
  return [...(await benchApp('uas')), ...(await benchApp('b2bua'))];
}

async function benchApp(app: 'uas' | 'b2bua'): Promise<Figure[]> {
  const link = new LossyLink(1, 0);
  let enginePort = 0;
  const callee = await SoakCallee.open(link, () => enginePort, timers.t1);
  const engine = await startMeasuredEngine({ app, calleePort: callee.socket.port, timers });
  enginePort = engine.udpPort;
  const caller = await SoakCaller.open(link, enginePort, timers.t1);
  await load(caller, 1_000);
  const before = await engine.usage();
  const failed = await load(caller, calls);
  const after = await engine.usage();
  const perSecond = calls / (after.cpuSeconds - before.cpuSeconds);
  const remembered = after.counts.serverTransactions + after.counts.clientTransactions;
  const begun = remembered - before.counts.serverTransactions - before.counts.clientTransactions;
  const figures: Figure[] = [
    {
      name: `calls as ${app.toUpperCase()}, application included (${calls} of them, ${failed} failed)`,
      value: `${perSecond.toFixed(0)} per CPU-second`,
      ...(app === 'b2bua' && { aim: atLeast(perSecond, 500, 'per CPU-second') }),
    },
    {
      name: `memory per finished transaction, kept for 32 s (${begun} of them)`,
      value: kilobytes(after.heapBytes - before.heapBytes, begun),
    },
  ];
  if (app === 'uas') figures.push(await idle(engine));
  caller.socket.close();
  callee.socket.close();
  await engine.stop();
  return figures;
}

async function load(caller: SoakCaller, count: number): Promise<number> {
  let left = count;
  let failed = 0;
  const callAgain = async (): Promise<void> => {
    while (left-- > 0) if ((await caller.call('hangs-up')) !== undefined) failed++;
  };
  await Promise.all(Array.from({ length: concurrency }, callAgain));
  return failed;
}

/** One source may open no more than 64. */
async function idle(engine: MeasuredEngine): Promise<Figure> {
  const before = await engine.usage();
  const sockets: Socket[] = [];
  for (let i = 0; i < idleConnections; i++) {
    const socket = connect(engine.tcpPort, '127.0.0.1');
    await once(socket, 'connect');
    sockets.push(socket);
  }
  const after = await engine.usage();
  for (const socket of sockets) socket.destroy();
  const cost = kilobytes(after.heapBytes - before.heapBytes, after.counts.flows);
  return { name: 'heap per idle TCP connection', value: cost };
}

function kilobytes(bytes: number, count: number): string {
  return `${(bytes / count / 1000).toFixed(1)} kB`;
}
