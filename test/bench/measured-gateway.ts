// Starts the gateway process and reads its usage.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ConfigInput } from '../../gateway/config/schema.ts';
import type { FromGateway, Usage } from './gateway-process.ts';

export interface MeasuredGateway {
  readonly url: string;
  /** The URL of the administrator's listener, when the configuration has one. */
  readonly adminUrl: string | undefined;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

export async function startMeasured(config: ConfigInput, passThrough = false): Promise<MeasuredGateway> {
  const program = fileURLToPath(new URL('./gateway-process.js', import.meta.url));
  const flags = passThrough ? ['--pass-through'] : [];
  const child = fork(program, [JSON.stringify(config), ...flags], {
    execArgv: ['--expose-gc', ...profiling()],
  });
  const ready = await reply<{ url: string; adminUrl: string | undefined }>(child);
  return {
    url: ready.url,
    adminUrl: ready.adminUrl,
    usage() {
      const answer = reply<Usage>(child);
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

/** SIP_CALL_BENCH_PROFILE=folder writes a processor profile of each gateway there. */
function profiling(): string[] {
  const folder = process.env.SIP_CALL_BENCH_PROFILE;
  return folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [];
}

async function reply<T extends FromGateway>(child: ChildProcess): Promise<T> {
  const done = new AbortController();
  const failed = once(child, 'exit', { signal: done.signal }).then(([code]) => {
    throw new Error(`the measured gateway ended with code ${code}`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal: done.signal }), failed]);
    return message as T;
  } finally {
    failed.catch(() => {});
    done.abort();
  }
}
