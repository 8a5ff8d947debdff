// Starts an engine in a process of its own and asks it what it has used.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { EngineProcessOptions, EngineUsage, FromEngine } from './engine-process.ts';

export interface MeasuredEngine {
  readonly udpPort: number;
  readonly tcpPort: number;
  /** After a collection of garbage. */
  usage(): Promise<EngineUsage>;
  stop(): Promise<void>;
}

export async function startMeasuredEngine(options: EngineProcessOptions): Promise<MeasuredEngine> {
  const program = fileURLToPath(new URL('./engine-process.js', import.meta.url));
  const folder = process.env.SIP_CALL_BENCH_PROFILE;
  const child = fork(program, [JSON.stringify(options)], {
    execArgv: ['--expose-gc', ...(folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [])],
  });
  const ready = await reply<{ udp: number; tcp: number }>(child);
  return {
    udpPort: ready.udp,
    tcpPort: ready.tcp,
    usage() {
      const answer = reply<EngineUsage>(child);
      child.send('usage');
      return answer;
    },
    async stop() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

async function reply<T extends FromEngine>(child: ChildProcess): Promise<T> {
  const cancel = new AbortController();
  const { signal } = cancel;
  const failed = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`the measured engine ended with code ${code}`);
  });
  failed.catch(() => {});
  const [message] = await Promise.race([once(child, 'message', { signal }), failed]);
  cancel.abort();
  return message as T;
}
