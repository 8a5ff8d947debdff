// CANCELs on the heels of their INVITE. drachtio-srf's createB2BUA hears a CANCEL only once its own INVITE has been
// echoed (its issue 113); one that it misses leaves a callee ringing for nobody. So an early one waits for that echo.
// The caller has its 487 all the while.

import type { Owner } from '../dialog/dialog.ts';
import type { Timers } from '../transaction/timers.ts';

/** How long an application takes to call somebody on, in milliseconds. */
const soonest = 20;
/** How long it is waited for; it may not mean to call anybody. In milliseconds. */
const latest = 200;

interface Waiting {
  readonly owner: Owner;
  readonly pass: () => void;
  /** An INVITE of the application's has been echoed since. */
  echoed: boolean;
  /** The echo is no longer another call's. */
  ripe: boolean;
}

export class EarlyCancels {
  readonly #timers: Timers;
  readonly #invited = new WeakMap<Owner, number>();
  readonly #waiting = new Set<Waiting>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Calls `pass` as soon as the application of an INVITE that came at `since` can be told of its CANCEL. */
  hold(owner: Owner, since: number, pass: () => void): void {
    const age = this.#timers.clock.now() - since;
    const echoed = (this.#invited.get(owner) ?? Number.NEGATIVE_INFINITY) >= since;
    const ripe = age >= soonest;
    if (age >= latest || (echoed && ripe)) {
      pass();
      return;
    }
    const waiting = { owner, pass, echoed, ripe };
    this.#waiting.add(waiting);
    if (!ripe) this.#timers.start(soonest - age, () => this.#ripened(waiting), undefined);
    this.#timers.start(latest - age, () => this.#pass(waiting), undefined);
  }

  /** An INVITE of the application's has been sent, and it has been told so. */
  invited(owner: Owner): void {
    this.#invited.set(owner, this.#timers.clock.now());
    for (const waiting of this.#waiting) {
      if (waiting.owner !== owner) continue;
      waiting.echoed = true;
      if (waiting.ripe) this.#pass(waiting);
    }
  }

  #ripened(waiting: Waiting): void {
    waiting.ripe = true;
    if (waiting.echoed) this.#pass(waiting);
  }

  #pass(waiting: Waiting): void {
    if (this.#waiting.delete(waiting)) waiting.pass();
  }
}
