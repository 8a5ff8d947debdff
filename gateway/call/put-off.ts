// The wait before an offer that was put off with 491 is made again (RFC 3261 14.1).

import { randomInt } from 'node:crypto';
import type { Leg } from '../media/relay.ts';

/** The owner of the Call-ID, as the gateway does towards the PBX, waits the longer. */
export function waitBefore(to: Leg): number {
  return 10 * (to === 'pbx' ? randomInt(210, 401) : randomInt(0, 201));
}

/** One wait at a time. */
export class PutOff {
  #end: ((over: boolean) => void) | undefined;

  /** Resolves to true once the time is over; to false where `withdrawn` or {@link cutShort} ended the wait. */
  wait(ms: number, withdrawn: AbortSignal): Promise<boolean> {
    this.cutShort();
    if (withdrawn.aborted) return Promise.resolve(false);
    return new Promise(resolve => {
      const timer = setTimeout(() => this.#end?.(true), ms);
      const aborted = () => this.#end?.(false);
      this.#end = over => {
        this.#end = undefined;
        clearTimeout(timer);
        withdrawn.removeEventListener('abort', aborted);
        resolve(over);
      };
      withdrawn.addEventListener('abort', aborted);
    });
  }

  /** True when there was a wait. */
  cutShort(): boolean {
    const end = this.#end;
    end?.(false);
    return end !== undefined;
  }
}
