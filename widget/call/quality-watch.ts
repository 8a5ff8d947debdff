// Reads the connection's statistics once a second while neither side holds, and reports the judgement when it changes.
// Their meaning is in quality.ts.
import type { CallEvent } from './call-store.ts';
import { type Judgement, judge, type Reading, readingOf, readingsKept } from './quality.ts';

export interface WatchedCall {
  stats(): Promise<RTCStatsReport> | undefined;
  muted(): boolean;
  report(event: CallEvent): void;
}

export class QualityWatch {
  readonly #call: WatchedCall;
  #readings: Reading[] = [];
  #reported: Judgement = {};
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(call: WatchedCall) {
    this.#call = call;
  }

  /** Off during a hold, because silence is expected then. */
  set on(on: boolean) {
    clearInterval(this.#timer);
    this.#timer = on ? setInterval(() => this.#read().catch(() => {}), 1000) : undefined;
    this.#readings = [];
    this.#report({});
  }

  async #read(): Promise<void> {
    const timer = this.#timer;
    const report = await this.#call.stats();
    const reading = report && readingOf((report as unknown as Map<string, Record<string, unknown>>).values());
    if (!reading || timer !== this.#timer) return;
    this.#readings = [...this.#readings, reading].slice(-readingsKept);
    this.#report(judge(this.#readings, this.#call.muted()));
  }

  #report(judgement: Judgement): void {
    if (judgement.quality === this.#reported.quality && judgement.trouble === this.#reported.trouble) return;
    this.#reported = judgement;
    this.#call.report({ type: 'judged', ...judgement });
  }
}
