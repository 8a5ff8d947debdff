// Detects one-way audio in an established call: a side that should send and does not, or that reports that it
// receives nothing. Emits one event when it begins and one when it ends, and adds up the time.

import type { CallId, Leg, MediaEvent, OneWayCause, OneWaySound } from './relay.ts';

/** The state of one side as the relay measures it. Times are of the relay's clock, NaN for never. */
export interface MediaFlow {
  /** Whether media is expected from this side. It is not while the side is held, muted or lost. */
  readonly due: boolean;
  /** Since when media is expected. */
  readonly since: number;
  readonly lastAt: number;
  /** Since when its reports say that it receives nothing; NaN while they do not. */
  readonly deafSince: number;
}

interface OneWayState {
  readonly leg: Leg;
  readonly cause: OneWayCause;
  /** NaN while media flows as expected. */
  since: number;
  /** Total of earlier periods. */
  ms: number;
}

export class OneWayWatch {
  readonly #call: CallId;
  readonly #afterMs: number;
  readonly #emit: (event: MediaEvent) => void;
  readonly #states: readonly OneWayState[] = (['browser', 'pbx'] as const).flatMap(leg =>
    (['sends-nothing', 'hears-nothing'] as const).map(cause => ({ leg, cause, since: Number.NaN, ms: 0 })),
  );
  #establishedAt = Number.NaN;

  constructor(call: CallId, afterMs: number, emit: (event: MediaEvent) => void) {
    this.#call = call;
    this.#afterMs = afterMs;
    this.#emit = emit;
  }

  established(now: number): void {
    if (Number.isNaN(this.#establishedAt)) this.#establishedAt = now;
  }

  update(now: number, flows: Readonly<Record<Leg, MediaFlow>>): void {
    if (Number.isNaN(this.#establishedAt)) return;
    for (const state of this.#states) {
      const flow = flows[state.leg];
      const { leg, cause } = state;
      if (!Number.isNaN(state.since)) {
        if (!isOver(state, flow)) continue;
        const flowed = cause === 'sends-nothing' && flow.lastAt > state.since;
        state.ms += (flowed ? flow.lastAt : now) - state.since;
        state.since = Number.NaN;
        this.#emit({ type: 'one-way-over', call: this.#call, leg, cause });
      }
      const since = this.#sinceOf(state, flow);
      if (!(now - since >= this.#afterMs)) continue;
      state.since = since;
      this.#emit({ type: 'one-way', call: this.#call, leg, cause, forMs: Math.round(now - since) });
    }
  }

  /** For a call's report; empty when there was no one-way audio. */
  report(now: number): { readonly oneWay?: readonly OneWaySound[] } {
    const oneWay = this.#states.flatMap(({ leg, cause, since, ms }) => {
      const total = Math.round(ms + (Number.isNaN(since) ? 0 : now - since));
      return total > 0 ? [{ leg, cause, ms: total }] : [];
    });
    return oneWay.length > 0 ? { oneWay } : {};
  }

  /** When the current one-way state began, however short; NaN when media flows as expected. */
  #sinceOf({ cause }: OneWayState, { due, since, lastAt, deafSince }: MediaFlow): number {
    if (cause === 'hears-nothing') return Math.max(deafSince, this.#establishedAt);
    if (!due) return Number.NaN;
    return Math.max(this.#establishedAt, since, Number.isNaN(lastAt) ? since : lastAt);
  }
}

/** A re-offer that changes nothing does not end the one-way state: media has to flow. */
function isOver({ cause, since }: OneWayState, { due, lastAt, deafSince }: MediaFlow): boolean {
  return cause === 'hears-nothing' ? Number.isNaN(deafSince) : !due || lastAt > since;
}
