// Which packet indices of one stream have been seen (RFC 3711 3.3.2). A window of 1024, as in WebRTC stacks:
// video comes in bursts, and a window of 64 would drop valid late packets.

const size = 1024;

export class ReplayWindow {
  readonly #seen = new Uint32Array(size / 32);
  #highest = -1;

  /** The highest index accepted; -1 before the first. */
  get highest(): number {
    return this.#highest;
  }

  /** True when `index` is neither a repetition nor older than the window. Changes no state. */
  admits(index: number): boolean {
    if (index > this.#highest) return true;
    if (index <= this.#highest - size) return false;
    const bit = index % size;
    return (this.#seen[bit >>> 5]! & (1 << (bit & 31))) === 0;
  }

  /** Stores the index of an authenticated packet. */
  accept(index: number): void {
    if (index > this.#highest) {
      if (this.#highest < 0 || index - this.#highest >= size) this.#seen.fill(0);
      else for (let passed = this.#highest + 1; passed < index; passed++) this.#clear(passed);
      this.#highest = index;
    }
    const bit = index % size;
    this.#seen[bit >>> 5] = this.#seen[bit >>> 5]! | (1 << (bit & 31));
  }

  #clear(index: number): void {
    const bit = index % size;
    this.#seen[bit >>> 5] = this.#seen[bit >>> 5]! & ~(1 << (bit & 31));
  }
}
