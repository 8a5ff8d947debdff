// Reads the connection's statistics once a second during a call while neither side holds, and reports the judgement when it changes.
// Their meaning is in quality.ts.
import type { CallEvent } from './call-store.ts';
import { type Judgement, judge, type Reading, readingOf, readingsKept } from './quality.ts';

export interface WatchedCall {
  stats(): Promise<RTCStatsReport> | undefined;
  report(event: CallEvent): void;
}

export class QualityWatch {
  readonly #call: WatchedCall;
  #muted = false;
  #held = false;
  #heldByThem = false;
  #readings: Reading[] = [];
  #reported: Judgement = {};
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(call: WatchedCall) {
    this.#call = call;
  }

  /** Follows the call. */
  take(event: CallEvent): void {
    if (event.type === 'muted') this.#muted = event.on;
    if (event.type === 'held') this.#held = event.on;
    if (event.type === 'held-by-them') this.#heldByThem = event.on;
    // During a hold silence is expected.
    if (/^(?:answered|held|held-by-them)$/.test(event.type)) this.#switch(!this.#held && !this.#heldByThem);
    if (event.type === 'ended') this.#switch(false);
  }

  #switch(on: boolean): void {
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
    this.#report(judge(this.#readings, this.#muted));
  }

  #report(judgement: Judgement): void {
    if (judgement.quality === this.#reported.quality && judgement.trouble === this.#reported.trouble) return;
    this.#reported = judgement;
    this.#call.report({ type: 'judged', ...judgement });
  }
}
