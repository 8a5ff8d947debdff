// Which reliable provisionals of a callee have arrived (RFC 3262 4), for the UAC.

/** More forks than any known proxy makes. The provisionals of further forks are not distinguished. */
const maxForks = 16;

export class SeenProvisionals {
  /** The last RSeq in order, by To tag of the fork. */
  readonly #last = new Map<string, number>();

  /**
   * Whether the response is the next in order. A repeated one is not. A response that overtook another one "MUST NOT be
   * acknowledged with a PRACK, and MUST NOT be processed further"; the peer retransmits it.
   */
  isNext(tag: string, rseq: number): boolean {
    const last = this.#last.get(tag);
    if (last !== undefined && rseq !== last + 1) return false;
    if (last !== undefined || this.#last.size < maxForks) this.#last.set(tag, rseq);
    return true;
  }
}
