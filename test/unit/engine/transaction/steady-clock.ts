// A clock that goes on by as much as its process has had turns: on a busy machine a second is longer, and nothing of
// the engine's runs out while a message waits for its turn to be read.

import { setTimeout as pause } from 'node:timers/promises';
import { ManualClock } from './manual-clock.ts';

const TICK_MS = 5;

export class SteadyClock extends ManualClock {
  readonly #ticking = setInterval(() => this.pass(TICK_MS), TICK_MS).unref();

  constructor() {
    super();
    this.jump(Date.now());
  }

  /** Goes ten times as fast until `over`, for `ms` of its own time at most, with turns for messages in between. */
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
