// Takes a reading of the connection once a second while both may talk, and reports what is made of it when that
// changes. Knows getStats; what the figures mean is in quality.ts.
import type { CallEvent } from './call-store.ts';
import { type Judgement, judge, type Reading, readingOf, readingsKept } from './quality.ts';

export interface Watched {
  stats(): Promise<RTCStatsReport> | undefined;
  muted(): boolean;
  report(event: CallEvent): void;
}

export class QualityWatch {
  readonly #call: Watched;
  #readings: Reading[] = [];
  #said: Judgement = {};
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(call: Watched) {
    this.#call = call;
  }

  /** Off while the call is held: silence is what was asked for then. */
  set on(on: boolean) {
    clearInterval(this.#timer);
    this.#timer = on ? setInterval(() => this.#look().catch(() => {}), 1000) : undefined;
    this.#readings = [];
    this.#say({});
  }

  async #look(): Promise<void> {
    const timer = this.#timer;
    const report = await this.#call.stats();
    const reading = report && readingOf((report as unknown as Map<string, Record<string, unknown>>).values());
    if (!reading || timer !== this.#timer) return;
    this.#readings = [...this.#readings, reading].slice(-readingsKept);
    this.#say(judge(this.#readings, this.#call.muted()));
  }

  #say(judgement: Judgement): void {
    if (judgement.quality === this.#said.quality && judgement.trouble === this.#said.trouble) return;
    this.#said = judgement;
    this.#call.report({ type: 'judged', ...judgement });
  }
}
