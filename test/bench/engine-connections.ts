// The cost of an idle connection for the engine: heap and buffers as JavaScript counts them, and the memory
// of the whole process.

import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { type MeasuredEngine, startMeasuredEngine } from '../soak/measured-engine.ts';
import { type Figure, kilobytes } from './figure.ts';

const count = 1_000;
const timers = { t1: 500, t2: 4_000, t4: 5_000 };

type Open = () => Promise<() => void>;

export async function weighConnections(): Promise<Figure[]> {
  const engine = await startMeasuredEngine({ app: 'uas', calleePort: 0, timers });
  const { tcp, ws } = engine.ports;
  const figures = [
    await weigh('TCP connection', engine, async () => {
      const socket = connect(tcp, '127.0.0.1');
      await once(socket, 'connect');
      return () => socket.destroy();
    }),
    await weigh('WebSocket, including the ws library', engine, async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${ws}`, 'sip');
      await once(socket, 'open');
      return () => socket.terminate();
    }),
  ];
  await engine.stop();
  return figures;
}

async function weigh(name: string, engine: MeasuredEngine, open: Open): Promise<Figure> {
  // The first connections compile code and allocate what all others share.
  for (const close of await opened(open, 100)) close();
  const before = await settled(engine, 0);
  const closers = await opened(open, count);
  const after = await settled(engine, count);
  for (const close of closers) close();
  const memory = kilobytes(after.memoryBytes - before.memoryBytes, count);
  const rss = kilobytes(after.rssBytes - before.rssBytes, count);
  return { name: `memory (RSS) per idle ${name}`, value: `${memory} (${rss})` };
}

async function opened(open: Open, wanted: number): Promise<(() => void)[]> {
  const closers: (() => void)[] = [];
  for (let i = 0; i < wanted; i++) closers.push(await open());
  return closers;
}

async function settled(engine: MeasuredEngine, flows: number) {
  for (;;) {
    const { engine: usage } = await engine.usage();
    if (usage.counts.flows === flows) return usage;
  }
}
