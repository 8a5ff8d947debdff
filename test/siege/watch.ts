// Watches the gateway from outside during the siege: prints a line every few seconds, keeps the peaks, and
// reports when the gateway has ended or does not answer.

import {
  cpuSeconds,
  droppedAt,
  type GatewayReading,
  look,
  machineSeconds,
  type ProcessReading,
  usageOf,
  waitedSeconds,
} from './gauge.ts';

export interface WatchTarget {
  readonly pid: number;
  readonly url: string;
  readonly adminUrl: string;
  readonly address: string;
  alive(): boolean;
}

/** Processes whose processor time is measured, by role. */
export type Others = Readonly<Record<string, readonly number[]>>;

export interface Peaks {
  readonly rssBytes: number;
  readonly descriptors: number;
  readonly latenciesMs: readonly number[];
  /** Processor seconds over the whole siege. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** The time of the last answer of `/healthz`, in seconds since the attacks began. */
  readonly answeredAt: number;
  /** Of all processors: the share used by other programs, and the idle share. */
  readonly othersPercent: number;
  readonly idlePercent: number;
  /** Of the gateway's main thread: how long it was ready without a processor. */
  readonly waitedPercent: number;
  readonly dropped: number;
}

export type WatchEnd = 'over' | 'gone' | 'hung';

const LOOK_EVERY_MS = 1_000;
const LINE_EVERY_MS = 5_000;
/** No answer for this long means a hang, not a busy machine. */
export const HUNG_MS = 20_000;

export class Watch {
  readonly #watched: WatchTarget;
  readonly #others: Others;
  readonly #say: (line: string) => void;
  readonly #madeAt = performance.now();
  #begun = this.#madeAt;
  readonly #cpuAtBegin: Readonly<Record<string, number>>;
  readonly #machineAtBegin = machineSeconds();
  readonly #waitedAtBegin: number;
  readonly #droppedAtBegin: number;
  readonly #latencies: number[] = [];
  #peak: ProcessReading;
  #answeredAt = performance.now();
  #last: {
    readonly at: number;
    readonly cpu: Record<string, number>;
    readonly idle: number;
    readonly all: number;
    readonly waited: number;
  };
  #window: number[] = [];

  constructor(watched: WatchTarget, others: Others, say: (line: string) => void) {
    this.#watched = watched;
    this.#others = { gateway: [watched.pid], ...others };
    this.#say = say;
    this.#peak = usageOf(watched.pid);
    this.#cpuAtBegin = this.#cpu();
    this.#waitedAtBegin = waitedSeconds(watched.pid);
    this.#droppedAtBegin = droppedAt(watched.address);
    this.#last = { at: this.#begun, cpu: this.#cpu(), waited: this.#waitedAtBegin, ...machineSeconds() };
  }

  /** Runs until the time is over or the gateway has ended. `more` adds text to each line. */
  async until(ms: number, more: () => Promise<string>): Promise<WatchEnd> {
    this.#begun = performance.now();
    let lineAt = this.#begun + LINE_EVERY_MS;
    for (let next = performance.now(); next < this.#begun + ms; next += LOOK_EVERY_MS) {
      await new Promise(resolve => setTimeout(resolve, Math.max(0, next - performance.now())));
      if (!this.#watched.alive()) return 'gone';
      const { latencyMs, counts }: GatewayReading = await look(this.#watched, 5_000);
      this.#window.push(latencyMs);
      this.#latencies.push(latencyMs);
      if (counts) this.#answeredAt = performance.now();
      if (performance.now() - this.#answeredAt > HUNG_MS) return this.#watched.alive() ? 'hung' : 'gone';
      const usage = usageOf(this.#watched.pid);
      this.#peak = {
        rssBytes: Math.max(this.#peak.rssBytes, usage.rssBytes),
        descriptors: Math.max(this.#peak.descriptors, usage.descriptors),
        cpuSeconds: usage.cpuSeconds,
      };
      if (performance.now() < lineAt) continue;
      lineAt = performance.now() + LINE_EVERY_MS;
      this.#say(`${this.#line(usage, counts)}; ${await more().catch((error: Error) => error.message)}`);
    }
    return 'over';
  }

  get peaks(): Peaks {
    const cpu = Object.fromEntries(
      Object.entries(this.#cpu()).map(([name, seconds]) => [name, seconds - (this.#cpuAtBegin[name] ?? 0)]),
    );
    const seconds = (performance.now() - this.#madeAt) / 1000;
    const machine = machineSeconds();
    const all = machine.all - this.#machineAtBegin.all;
    const idle = machine.idle - this.#machineAtBegin.idle;
    const own = Object.values(cpu).reduce((sum, seconds) => sum + seconds, 0);
    return {
      rssBytes: this.#peak.rssBytes,
      descriptors: this.#peak.descriptors,
      latenciesMs: this.#latencies,
      cpu,
      othersPercent: (100 * Math.max(0, all - idle - own)) / all,
      idlePercent: (100 * idle) / all,
      seconds,
      answeredAt: (this.#answeredAt - this.#begun) / 1000,
      waitedPercent: (100 * (waitedSeconds(this.#watched.pid) - this.#waitedAtBegin)) / seconds,
      dropped: droppedAt(this.#watched.address) - this.#droppedAtBegin,
    };
  }

  #cpu(): Record<string, number> {
    return Object.fromEntries(
      Object.entries(this.#others).map(([name, pids]) => [
        name,
        pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0),
      ]),
    );
  }

  #line(usage: ProcessReading, counts: GatewayReading['counts']): string {
    const now = { at: performance.now(), cpu: this.#cpu(), ...machineSeconds() };
    const seconds = (now.at - this.#last.at) / 1000;
    const shares = Object.entries(now.cpu).map(
      ([name, used]) => `${name} ${(((used - (this.#last.cpu[name] ?? 0)) / seconds) * 100).toFixed(0)} %`,
    );
    const waited = waitedSeconds(this.#watched.pid);
    const waiting = ((waited - this.#last.waited) / seconds) * 100;
    const idle = ((now.idle - this.#last.idle) / (now.all - this.#last.all)) * 100;
    this.#last = { ...now, waited };
    const latency = Math.max(...this.#window);
    this.#window = [];
    const state = counts ? `calls ${counts.calls}, visitors ${counts.visitors}` : 'no answer of /healthz';
    return (
      `${((now.at - this.#begun) / 1000).toFixed(0).padStart(4)} s: RSS ${(usage.rssBytes / 1e6).toFixed(0)} MB, ` +
      `${usage.descriptors} descriptors, /healthz ${latency.toFixed(0)} ms, ${state}; ` +
      `CPU ${shares.join(', ')}, gateway waits for a processor ${waiting.toFixed(0)} %, machine idle ${idle.toFixed(0)} %`
    );
  }
}
