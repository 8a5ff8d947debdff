// Which calls the link harmed, and how much. SIP repeats a lost message, so a call that fails without several
// lost datagrams failed because of the gateway. Calls are identified by a mark of their page.

import { field } from '../soak-socket.ts';

/** One loss is repaired by a repetition. */
const SEVERAL = 2;

export class LinkLosses {
  readonly #callIds = new Map<string, string>();
  readonly #lost = new Map<string, number>();

  /** Records whether a datagram between gateway and PBX arrived. */
  note(text: string, arrived: boolean): void {
    const callId = field(text, 'Call-ID');
    const mark = /utm_term=(\w+)/.exec(text)?.[1];
    if (mark !== undefined) this.#callIds.set(mark, callId);
    if (!arrived) this.#lost.set(callId, (this.#lost.get(callId) ?? 0) + 1);
  }

  isLinks(mark: string): boolean {
    return (this.#lost.get(this.#callIds.get(mark) ?? '') ?? 0) >= SEVERAL;
  }

  forget(mark: string): void {
    this.#lost.delete(this.#callIds.get(mark) ?? '');
    this.#callIds.delete(mark);
  }
}
