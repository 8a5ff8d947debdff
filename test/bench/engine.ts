// The engine in a separate process: calls per CPU-second through a drachtio-srf application, the memory of
// each kind of object, and a processor profile. SIP_CALL_BENCH_PROFILE=folder keeps the profiles.

import { LossyLink } from '../soak/lossy-link.ts';
import { type BothUsages, type MeasuredEngine, startMeasuredEngine } from '../soak/measured-engine.ts';
import { SoakCallee } from '../soak/soak-callee.ts';
import { type Script, SoakCaller } from '../soak/soak-caller.ts';
import { weighConnections } from './engine-connections.ts';
import { atLeast, type Figure, kilobytes } from './figure.ts';
import { profiled } from './profile.ts';

type MeasuredApp = 'uas' | 'b2bua';

/** The engine keeps finished transactions for 32 s, or with short timers for 3.2 s. */
const patient = { t1: 500, t2: 4_000, t4: 5_000 };
const hasty = { t1: 50, t2: 400, t4: 500 };

export async function benchEngine(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const app of ['uas', 'b2bua'] as const) figures.push(...(await calls(app)), await dialogs(app));
  figures.push(...(await weighConnections()));
  for (const app of ['uas', 'b2bua'] as const) figures.push(...(await profile(app)));
  return figures;
}

interface BenchStage {
  readonly engine: MeasuredEngine;
  /** Makes calls, 16 at a time; resolves to the number of failed calls. */
  call(script: Script, count: number): Promise<number>;
}

async function onStage<Result>(
  app: MeasuredApp,
  timers: typeof patient,
  play: (stage: BenchStage) => Promise<Result>,
  profiles?: string,
): Promise<Result> {
  const link = new LossyLink(1, 0);
  let enginePort = 0;
  const callee = await SoakCallee.open(link, () => enginePort, timers.t1);
  const engine = await startMeasuredEngine({ app, calleePort: callee.socket.port, timers, profiles });
  enginePort = engine.ports.udp;
  const caller = await SoakCaller.open(link, enginePort, timers.t1);
  const call = async (script: Script, count: number): Promise<number> => {
    let left = count;
    let failed = 0;
    const callAgain = async (): Promise<void> => {
      while (left-- > 0) if ((await caller.call(script)) !== undefined) failed++;
    };
    await Promise.all(Array.from({ length: 16 }, callAgain));
    return failed;
  };
  const result = await play({ engine, call });
  caller.socket.close();
  callee.socket.close();
  await engine.stop();
  return result;
}

function calls(app: MeasuredApp): Promise<Figure[]> {
  const count = 4_000;
  return onStage(app, patient, async ({ engine, call }) => {
    await call('hangs-up', 1_000);
    const before = await engine.usage();
    const failed = await call('hangs-up', count);
    const after = await engine.usage();
    const engineSeconds = after.engine.cpuSeconds - before.engine.cpuSeconds;
    const perSecond = count / (engineSeconds + after.app.cpuSeconds - before.app.cpuSeconds);
    const finished = remembered(after) - remembered(before);
    return [
      {
        name: `${app}: calls, application included (${count} of them, ${failed} failed)`,
        value: `${perSecond.toFixed(0)} per CPU-second`,
        ...(app === 'b2bua' && { aim: atLeast(perSecond, 500, 'per CPU-second') }),
      },
      { name: `${app}: calls, engine alone`, value: `${(count / engineSeconds).toFixed(0)} per CPU-second` },
      {
        name: `${app}: memory per finished transaction, kept for 32 s (${finished} of them)`,
        value: kilobytes(after.engine.memoryBytes - before.engine.memoryBytes, finished),
      },
    ];
  });
}

function remembered({ engine: { counts } }: BothUsages): number {
  return counts.serverTransactions + counts.clientTransactions;
}

function dialogs(app: MeasuredApp): Promise<Figure> {
  return onStage(app, hasty, async ({ engine, call }) => {
    await call('hangs-up', 500);
    const before = await forgotten(engine);
    await call('stays', 500);
    const after = await forgotten(engine);
    const held = after.engine.counts.dialogs - before.engine.counts.dialogs;
    return {
      name: `${app}: memory per dialog (${held} of them)`,
      value: kilobytes(after.engine.memoryBytes - before.engine.memoryBytes, held),
    };
  });
}

/** Resolves when every transaction has been removed. */
async function forgotten(engine: MeasuredEngine): Promise<BothUsages> {
  for (;;) {
    const usage = await engine.usage();
    if (remembered(usage) === 0) return usage;
  }
}

function profile(app: MeasuredApp): Promise<Figure[]> {
  return profiled(app, profiles => onStage(app, patient, ({ call }) => call('hangs-up', 3_000), profiles));
}
