// What a process has used, told to whoever forked it. Runs inside the measured process, under --expose-gc.

import { setImmediate as turn } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';

export interface ProcessUsage {
  readonly cpuSeconds: number;
  /** JavaScript's heap and the buffers beside it; after a collection of garbage, unless glanced at. */
  readonly memoryBytes: number;
  readonly rssBytes: number;
}

/** `glance` is `usage` without the pause; a snapshot goes to that file. */
export type Question = 'usage' | 'glance' | { readonly snapshot: string };

/** Answers each question of the parent by `usage`'s answer; ends with the parent. */
export function answerParent<Usage extends ProcessUsage>(
  complete: (usage: ProcessUsage) => Usage | Promise<Usage>,
): void {
  process.on('message', async (question: Question) => {
    const { user, system } = process.cpuUsage();
    if (typeof question === 'object') writeHeapSnapshot(question.snapshot);
    else if (question === 'usage') await collect();
    const { heapUsed, external, rss } = process.memoryUsage();
    process.send?.(
      await complete({ cpuSeconds: (user + system) / 1e6, memoryBytes: heapUsed + external, rssBytes: rss }),
    );
  });
  process.on('disconnect', () => process.exit(0));
}

async function collect(): Promise<void> {
  // What the first collection finds dead may hold others until its finalizers have run.
  for (let i = 0; i < 2; i++) {
    globalThis.gc?.();
    await turn();
  }
}
