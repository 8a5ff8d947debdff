// An engine and an application on it, each in a separate process, and the usage of both.

import type { TimerBase } from '../../gateway/engine/transaction/timers.ts';
import type { AppProcessOptions } from './app-process.ts';
import type { EngineProcessOptions, EngineReady, EngineUsage } from './engine-process.ts';
import { startMeasured } from './measured-process.ts';
import type { ProcessUsage } from './process-usage.ts';

export interface MeasuredEngineOptions {
  readonly app: AppProcessOptions['app'];
  readonly calleePort: number;
  readonly timers: TimerBase;
  /** Folder for processor profiles of the engine. */
  readonly profiles?: string;
}

export interface BothUsages {
  readonly engine: EngineUsage;
  readonly app: ProcessUsage;
}

export interface MeasuredEngine {
  readonly ports: EngineReady;
  usage(): Promise<BothUsages>;
  /** The engine's usage with garbage included, without a pause. */
  glance(): Promise<EngineUsage>;
  /** Writes heap snapshots `<name>-engine` and `<name>-app` into the folder. */
  snapshot(folder: string, name: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startMeasuredEngine(options: MeasuredEngineOptions): Promise<MeasuredEngine> {
  const { app, calleePort, timers } = options;
  const secret = 'soak';
  const engineOptions: EngineProcessOptions = { timers, secret };
  const engine = await startMeasured<EngineReady, EngineUsage>(
    './engine-process.js',
    engineOptions,
    options.profiles,
  );
  const appOptions: AppProcessOptions = { app, calleePort, secret, admin: engine.ready.admin };
  const application = await startMeasured<string, ProcessUsage>('./app-process.js', appOptions);
  return {
    ports: engine.ready,
    async usage() {
      return { engine: await engine.usage(), app: await application.usage() };
    },
    glance: () => engine.glance(),
    async snapshot(folder, name) {
      await engine.snapshot(`${folder}/${name}-engine.heapsnapshot`);
      await application.snapshot(`${folder}/${name}-app.heapsnapshot`);
    },
    async stop() {
      await application.stop();
      await engine.stop();
    },
  };
}
