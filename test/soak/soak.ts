// Many calls through a B2BUA on the engine, over a link that loses, doubles and reorders; then the wait until the
// engine has forgotten them all by itself.

import { setTimeout as pause } from 'node:timers/promises';
import type { EngineUsage } from './engine-process.ts';
import { type LinkCounts, LossyLink } from './lossy-link.ts';
import { startMeasuredEngine } from './measured-engine.ts';
import { SoakCallee } from './soak-callee.ts';
import { type Script, SoakCaller } from './soak-caller.ts';

export interface SoakOptions {
  readonly calls: number;
  readonly seed: number;
  /** Calls going on at a time. */
  readonly concurrency: number;
  /** Share of the datagrams that are lost, and as many doubled, and as many reordered. */
  readonly share: number;
  /** RFC 3261's T1, for the engine and its peers, in ms. */
  readonly t1: number;
  /** Called about every second with the calls ended so far. */
  readonly progress?: (ended: number) => void;
}

export interface SoakReport {
  readonly failures: ReadonlyMap<string, number>;
  readonly link: LinkCounts;
  readonly seconds: number;
  /** Of the engine with its application: warm but idle, and when all calls were forgotten. */
  readonly before: EngineUsage;
  readonly after: EngineUsage;
  /** The highest that was seen. */
  readonly peak: EngineUsage['counts'];
}

/** Of ten calls; what people do most comes most. */
const mix: readonly Script[] = [
  'hangs-up',
  'is-hung-up',
  'hangs-up',
  'renegotiates',
  'hangs-up',
  'cancels',
  'is-hung-up',
  'hangs-up',
  'is-busy',
  'is-hung-up',
];

export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { t1, concurrency } = options;
  const link = new LossyLink(options.seed, options.share);
  let enginePort = 0;
  const callee = await SoakCallee.open(link, () => enginePort, t1);
  const timers = { t1, t2: 8 * t1, t4: 10 * t1 };
  const engine = await startMeasuredEngine({ app: 'b2bua', calleePort: callee.socket.port, timers });
  enginePort = engine.udpPort;
  const caller = await SoakCaller.open(link, enginePort, t1);
  const failures = new Map<string, number>();
  let peak: EngineUsage['counts'] | undefined;
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
  await run(Math.min(1_000, options.calls));
  const before = await settled(() => true);
  const watch = setInterval(async () => {
    options.progress?.(ended);
    const { counts } = await engine.usage();
    peak = peak === undefined || counts.serverTransactions > peak.serverTransactions ? counts : peak;
  }, 5_000);
  const startedAt = performance.now();
  await run(Math.max(options.calls - begun, 0));
  const seconds = (performance.now() - startedAt) / 1000;
  clearInterval(watch);
  const after = await settled(() => callee.calls === 0);
  for (const [cause, count] of callee.causes) failures.set(`callee: ${cause}`, count);
  caller.socket.close();
  callee.socket.close();
  await engine.stop();
  return { failures, link: link.counts, seconds, before, after, peak: peak ?? after.counts };

  /** Once nothing is left, or after longer than anything may last. */
  async function settled(peersToo: () => boolean): Promise<EngineUsage> {
    const deadline = performance.now() + 200 * t1 + 5_000;
    for (;;) {
      const usage = await engine.usage();
      const { apps: _apps, ...counts } = usage.counts;
      const rest = Object.values(counts).reduce((sum, count) => sum + count, 0);
      if ((rest === 0 && peersToo()) || performance.now() > deadline) return usage;
      await pause(t1);
    }
  }
}
