// Many calls through a B2BUA on the engine, over a link that loses, duplicates and reorders; then waits until
// the engine has removed all of them.

import { setTimeout as pause } from 'node:timers/promises';
import type { EngineUsage } from './engine-process.ts';
import { type LinkCounts, LossyLink } from './lossy-link.ts';
import { type BothUsages, startMeasuredEngine } from './measured-engine.ts';
import { SoakCallee } from './soak-callee.ts';
import { mix, SoakCaller } from './soak-caller.ts';

export interface SoakOptions {
  readonly calls: number;
  readonly seed: number;
  /** Simultaneous calls. */
  readonly concurrency: number;
  /** Share of the datagrams that are lost; the same shares are duplicated and reordered. */
  readonly share: number;
  /** RFC 3261's T1, for the engine and its peers, in ms. */
  readonly t1: number;
  /** Calls made before the first measurement. */
  readonly warmUp: number;
  /** Folder for heap snapshots, taken with both measurements. */
  readonly snapshots?: string | undefined;
  /** Called about every second with the calls ended so far. */
  readonly progress?: (ended: number) => void;
}

export interface SoakReport {
  readonly failures: ReadonlyMap<string, number>;
  readonly link: LinkCounts;
  readonly seconds: number;
  /** After warm-up, idle; and after all calls were removed. */
  readonly before: BothUsages;
  readonly after: BothUsages;
  /** The engine at its highest counts. */
  readonly peak: EngineUsage;
}

export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { t1, concurrency } = options;
  const link = new LossyLink(options.seed, options.share);
  let enginePort = 0;
  const callee = await SoakCallee.open(link, () => enginePort, t1);
  const timers = { t1, t2: 8 * t1, t4: 10 * t1 };
  const engine = await startMeasuredEngine({ app: 'b2bua', calleePort: callee.socket.port, timers });
  enginePort = engine.ports.udp;
  const caller = await SoakCaller.open(link, enginePort, t1);
  const failures = new Map<string, number>();
  let peak: EngineUsage | undefined;
  let begun = 0;
  let ended = 0;

  const run = async (calls: number): Promise<void> => {
    const last = begun + calls;
    const callAgain = async (): Promise<void> => {
      while (begun < last) {
        const script = mix[begun++ % mix.length]!;
        const cause = await caller.call(script);
        ended++;
        if (cause !== undefined)
          failures.set(`${script}: ${cause}`, (failures.get(`${script}: ${cause}`) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, calls) }, callAgain));
  };

  // The first calls leave compiled code and grown pools, which are not a leak.
  await run(options.warmUp);
  const before = await settled('before');
  const watch = setInterval(async () => {
    options.progress?.(ended);
    const now = await engine.glance();
    const most = peak?.counts.serverTransactions ?? -1;
    if (now.counts.serverTransactions > most) peak = now;
  }, 5_000);
  const startedAt = performance.now();
  await run(options.calls);
  const seconds = (performance.now() - startedAt) / 1000;
  clearInterval(watch);
  const after = await settled('after');
  for (const [cause, count] of callee.causes) failures.set(`callee: ${cause}`, count);
  caller.socket.close();
  callee.socket.close();
  await engine.stop();
  return { failures, link: link.counts, seconds, before, after, peak: peak ?? after.engine };

  /** Resolves when no state is left, or after longer than any timer runs. */
  async function settled(name: string): Promise<BothUsages> {
    const deadline = performance.now() + 200 * t1 + 5_000;
    for (;;) {
      const usage = await engine.usage();
      const { applications: _applications, ...counts } = usage.engine.counts;
      const rest = Object.values(counts).reduce((sum, count) => sum + count, callee.calls);
      if (rest === 0 || performance.now() > deadline) {
        if (options.snapshots !== undefined) await engine.snapshot(options.snapshots, name);
        return usage;
      }
      await pause(t1);
    }
  }
}
