// Which reliable provisionals of a callee have been seen (RFC 3262 4), the client's side.

/** More forks than any proxy we know of makes; the provisionals of those beyond are not told apart. */
const maxForks = 16;

export class SeenProvisionals {
  /** The last RSeq in order, by the fork's To tag. */
  readonly #last = new Map<string, number>();

  /**
   * Whether the response is the next in order. One seen before is not seen again, and one that overtook another
   * "MUST NOT be acknowledged with a PRACK, and MUST NOT be processed further": it will be repeated.
   */
  isNext(tag: string, rseq: number): boolean {
    const last = this.#last.get(tag);
    if (last !== undefined && rseq !== last + 1) return false;
    if (last !== undefined || this.#last.size < maxForks) this.#last.set(tag, rseq);
    return true;
  }
}
