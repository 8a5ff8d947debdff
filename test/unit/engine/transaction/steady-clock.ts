// A clock that advances with the turns of the event loop: on a busy machine its second is longer, so the engine's
// timers do not expire while a message waits to be read.

import { setTimeout as pause } from 'node:timers/promises';
import { ManualClock } from './manual-clock.ts';

const TICK_MS = 5;

export class SteadyClock extends ManualClock {
  readonly #ticking = setInterval(() => this.pass(TICK_MS), TICK_MS).unref();

  constructor() {
    super();
    this.jump(Date.now());
  }

  /**
   * Runs ten times as fast until `over` returns true, for at most `ms` of its own time, with turns for messages in
   * between.
   */
  async hurry(ms: number, over: () => boolean): Promise<void> {
    for (let passed = 0; !over() && passed < ms; passed += 10 * TICK_MS) {
      this.pass(10 * TICK_MS);
      await pause(TICK_MS);
    }
  }

  stop(): void {
    clearInterval(this.#ticking);
  }
}
