// Which calls the link harmed, and how badly. SIP says again what was lost once, so a call that fails without having
// lost several datagrams failed by the gateway. Knows calls by the mark that their page put on them.

import { field } from '../soak-socket.ts';

/** One loss is mended by saying it again. */
const SEVERAL = 2;

export class Blame {
  readonly #callIds = new Map<string, string>();
  readonly #lost = new Map<string, number>();

  /** A datagram between gateway and PBX arrived, or did not. */
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
