// Starts a program of the tests in a separate process and reads its usage. SIP_CALL_BENCH_PROFILE=folder
// writes a processor profile of each there.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ProcessUsage, UsageRequest } from './process-usage.ts';

export interface MeasuredProcess<Ready, Usage extends ProcessUsage> {
  /** Its first message. */
  readonly ready: Ready;
  usage(): Promise<Usage>;
  /** The usage with garbage included, without a pause. */
  glance(): Promise<Usage>;
  /** Writes a heap snapshot into that file. */
  snapshot(file: string): Promise<void>;
  stop(): Promise<void>;
}

/** `program` is a compiled file of this folder. Rejects when it ends before its first message. */
export async function startMeasured<Ready, Usage extends ProcessUsage>(
  program: string,
  options: object,
  profiles = process.env.SIP_CALL_BENCH_PROFILE,
): Promise<MeasuredProcess<Ready, Usage>> {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), [JSON.stringify(options)], {
    execArgv: ['--expose-gc', ...(profiles ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`] : [])],
  });
  let last: Promise<unknown> = Promise.resolve();
  const answer = async <Answer>(): Promise<Answer> => {
    const cancel = new AbortController();
    const { signal } = cancel;
    const failed = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`${program} ended with code ${code}`);
    });
    failed.catch(() => {});
    const [message] = await Promise.race([once(child, 'message', { signal }), failed]);
    cancel.abort();
    return message as Answer;
  };
  /** One request at a time, because answers have no ids. */
  const ask = (question: UsageRequest): Promise<Usage> => {
    const asked = last.then(() => {
      child.send(question);
      return answer<Usage>();
    });
    last = asked.catch(() => {});
    return asked;
  };
  return {
    ready: await answer<Ready>(),
    usage: () => ask('usage'),
    glance: () => ask('glance'),
    async snapshot(file) {
      await ask({ snapshot: file });
    },
    async stop() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
