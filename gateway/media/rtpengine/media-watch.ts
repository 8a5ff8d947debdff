// Derives the media events of a call from the counters of its rtpengine.

import { type MediaFlow, OneWayWatch } from '../one-way.ts';
import type { CallId, Leg, MediaEvent, MediaReport } from '../relay.ts';
import type { LinePlan } from '../sdp/plan.ts';
import type { RtpengineStatistics } from './statistics.ts';

export interface Limits {
  readonly silentAfterMs: number | undefined;
  readonly oneWayMs?: number | undefined;
  readonly consentMs: number | undefined;
  readonly connectMs: number | undefined;
}

export class MediaWatch {
  readonly #call: CallId;
  readonly #limits: {
    readonly silentAfterMs: number;
    readonly consentMs: number;
    readonly connectMs: number;
  };
  readonly #emit: (event: MediaEvent) => void;
  readonly #oneWay: OneWayWatch;
  #state: 'negotiating' | 'connecting' | 'connected' | 'lost' | 'failed' = 'negotiating';
  #everConnected = false;
  /** When media became expected: at the answer, or at a move. */
  #since = 0;
  #due = { browser: false, pbx: false };
  #silent = { browser: false, pbx: false };

  constructor(call: CallId, limits: Limits, emit: (event: MediaEvent) => void) {
    const { silentAfterMs = 30_000, consentMs = 15_000, connectMs = 20_000 } = limits;
    this.#call = call;
    this.#limits = { silentAfterMs, consentMs, connectMs };
    this.#emit = emit;
    this.#oneWay = new OneWayWatch(call, limits.oneWayMs ?? 8000, emit);
  }

  /** Whether the next state change is near, so that the call needs short polling intervals. */
  get urgent(): boolean {
    return this.#state === 'connecting' || this.#state === 'lost';
  }

  /** The callee has answered. */
  established(now: number): void {
    this.#oneWay.established(now);
  }

  report(now: number): Pick<MediaReport, 'oneWay'> {
    return this.#oneWay.report(now);
  }

  answered(now: number, plans: readonly Pick<LinePlan, 'expectBrowser' | 'expectPbx'>[]): void {
    if (this.#state === 'negotiating') {
      this.#state = 'connecting';
      this.#since = now;
    }
    const due = {
      browser: plans.some(plan => plan.expectBrowser),
      pbx: plans.some(plan => plan.expectPbx),
    };
    if (due.browser !== this.#due.browser || due.pbx !== this.#due.pbx) this.#since = now;
    this.#due = due;
  }

  /** Another rtpengine has the call, and the browser has to connect to it. */
  moved(now: number): void {
    this.#since = now;
    this.#silent = { browser: false, pbx: false };
    if (this.#state === 'lost' || this.#state === 'connected') this.#state = 'connecting';
  }

  /** No rtpengine has the call. */
  evicted(): void {
    if (this.#state === 'negotiating') this.fail('the rtpengine of the call is unreachable', true);
    else if (this.#state !== 'lost' && this.#state !== 'failed') this.#lose();
  }

  fail(reason: string, ours = false): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    this.#emit({ type: 'failed', call: this.#call, reason, ours });
  }

  update(now: number, statistics: RtpengineStatistics): void {
    const { consentMs, connectMs } = this.#limits;
    const flows = now - statistics.grewAt('browser') < consentMs;
    switch (this.#state) {
      case 'connecting':
        if (statistics.proved) this.#connected();
        else if (!this.#everConnected && now - this.#since > connectMs) {
          this.fail('ICE and DTLS did not finish');
        }
        break;
      case 'lost':
        if (flows || !this.#due.browser) this.#connected();
        break;
      case 'connected':
        // A browser that must not send is not lost when it is silent.
        if (this.#due.browser && !flows && now - this.#since > consentMs) this.#lose();
    }
    for (const leg of ['browser', 'pbx'] as const) this.#checkSilence(leg, now, statistics);
    this.#oneWay.update(now, {
      browser: this.#flow('browser', statistics),
      pbx: this.#flow('pbx', statistics),
    });
  }

  /** rtpengine does not report what a side receives. */
  #flow(leg: Leg, statistics: RtpengineStatistics): MediaFlow {
    const due = this.#due[leg] && this.#state === 'connected';
    return { due, since: this.#since, lastAt: statistics.grewAt(leg), deafSince: Number.NaN };
  }

  #connected(): void {
    this.#state = 'connected';
    this.#everConnected = true;
    this.#emit({ type: 'connected', call: this.#call });
  }

  #lose(): void {
    this.#state = 'lost';
    this.#emit({ type: 'lost', call: this.#call });
  }

  /** Emits 'silent' once for a leg whose expected media has been missing too long. */
  #checkSilence(leg: Leg, now: number, statistics: RtpengineStatistics): void {
    const grewAt = statistics.grewAt(leg);
    const silentMs = now - (Number.isNaN(grewAt) ? this.#since : Math.max(this.#since, grewAt));
    const due = this.#due[leg] && this.#state === 'connected';
    if (!due || silentMs < this.#limits.silentAfterMs) {
      this.#silent[leg] = false;
      return;
    }
    if (this.#silent[leg]) return;
    this.#silent[leg] = true;
    this.#emit({ type: 'silent', call: this.#call, leg, silentMs: Math.round(silentMs) });
  }
}
