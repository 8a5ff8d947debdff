// Reports the usage of a process to its parent. Runs inside the measured process, under --expose-gc.

import { setImmediate as turn } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';

export interface ProcessUsage {
  readonly cpuSeconds: number;
  /** JavaScript's heap and external buffers; after a garbage collection, except for `glance`. */
  readonly memoryBytes: number;
  readonly rssBytes: number;
}

/** `glance` is `usage` without the collection; a snapshot goes to that file. */
export type UsageRequest = 'usage' | 'glance' | { readonly snapshot: string };

/** Answers each request of the parent with the result of `usage`; ends with the parent. */
export function answerParent<Usage extends ProcessUsage>(
  complete: (usage: ProcessUsage) => Usage | Promise<Usage>,
): void {
  process.on('message', async (question: UsageRequest) => {
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
  // Objects found dead by the first collection may hold others until their finalizers have run.
  for (let i = 0; i < 2; i++) {
    globalThis.gc?.();
    await turn();
  }
}
