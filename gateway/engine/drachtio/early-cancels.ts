// CANCELs that arrive immediately after their INVITE. drachtio-srf's createB2BUA sees a CANCEL only after the echo of
// its own INVITE (drachtio-srf issue 113). A missed CANCEL would leave the callee ringing. So an early CANCEL waits for
// that echo. The caller has its 487 already.

import type { Owner } from '../dialog/dialog.ts';
import type { Timers } from '../transaction/timers.ts';

/** The shortest time in which an application sends its own INVITE, in milliseconds. */
const shortestWait = 20;
/** How long a CANCEL waits for the echo, in milliseconds. The application may not send an INVITE at all. */
const longestWait = 200;

interface Waiting {
  readonly owner: Owner;
  readonly pass: () => void;
  /** An INVITE of the application has been echoed since. */
  echoed: boolean;
  /** The echo can no longer be that of another call. */
  settled: boolean;
}

export class EarlyCancels {
  readonly #timers: Timers;
  readonly #invited = new WeakMap<Owner, number>();
  readonly #waiting = new Set<Waiting>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Calls `pass` as soon as the application can receive the CANCEL of an INVITE that arrived at `since`. */
  hold(owner: Owner, since: number, pass: () => void): void {
    const age = this.#timers.clock.now() - since;
    const echoed = (this.#invited.get(owner) ?? Number.NEGATIVE_INFINITY) >= since;
    const settled = age >= shortestWait;
    if (age >= longestWait || (echoed && settled)) {
      pass();
      return;
    }
    const waiting = { owner, pass, echoed, settled };
    this.#waiting.add(waiting);
    if (!settled) this.#timers.start(shortestWait - age, () => this.#settle(waiting), undefined);
    this.#timers.start(longestWait - age, () => this.#pass(waiting), undefined);
  }

  /** An INVITE of the application has been sent and echoed to it. */
  invited(owner: Owner): void {
    this.#invited.set(owner, this.#timers.clock.now());
    for (const waiting of this.#waiting) {
      if (waiting.owner !== owner) continue;
      waiting.echoed = true;
      if (waiting.settled) this.#pass(waiting);
    }
  }

  #settle(waiting: Waiting): void {
    waiting.settled = true;
    if (waiting.echoed) this.#pass(waiting);
  }

  #pass(waiting: Waiting): void {
    if (this.#waiting.delete(waiting)) waiting.pass();
  }
}
