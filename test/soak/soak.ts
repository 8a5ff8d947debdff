// Many calls through a B2BUA on the engine, over a link that loses, doubles and reorders; then the wait until the
// engine has forgotten them all by itself.

import { setTimeout as pause } from 'node:timers/promises';
import type { EngineUsage } from './engine-process.ts';
import { type LinkCounts, LossyLink } from './lossy-link.ts';
import { type BothUsages, startMeasuredEngine } from './measured-engine.ts';
import { SoakCallee } from './soak-callee.ts';
import { mix, SoakCaller } from './soak-caller.ts';

export interface SoakOptions {
  readonly calls: number;
  readonly seed: number;
  /** Calls going on at a time. */
  readonly concurrency: number;
  /** Share of the datagrams that are lost, and as many doubled, and as many reordered. */
  readonly share: number;
  /** RFC 3261's T1, for the engine and its peers, in ms. */
  readonly t1: number;
  /** Calls made before the first measure. */
  readonly warmUp: number;
  /** Where heap snapshots go, taken with both measures. */
  readonly snapshots?: string | undefined;
  /** Called about every second with the calls ended so far. */
  readonly progress?: (ended: number) => void;
}

export interface SoakReport {
  readonly failures: ReadonlyMap<string, number>;
  readonly link: LinkCounts;
  readonly seconds: number;
  /** Warm but idle, and when all calls were forgotten. */
  readonly before: BothUsages;
  readonly after: BothUsages;
  /** The engine when it remembered the most. */
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

  // What the first calls leave behind is code compiled and pools grown, not a leak.
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

  /** Once nothing is left, or after longer than anything may last. */
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
