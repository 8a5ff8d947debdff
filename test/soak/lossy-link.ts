// A path between two peers that loses, duplicates and reorders datagrams, the same ones for the same seed.

export interface LinkCounts {
  readonly carried: number;
  readonly lost: number;
  readonly doubled: number;
  readonly reordered: number;
}

/** The delay of a reordered datagram, in milliseconds. */
const delay = 15;

export class LossyLink {
  readonly #random: () => number;
  readonly #share: number;
  #carried = 0;
  #lost = 0;
  #doubled = 0;
  #reordered = 0;

  /** `share`: the share of datagrams, from 0 to 1, for each of the three effects. */
  constructor(seed: number, share: number) {
    this.#random = generator(seed);
    this.#share = share;
  }

  get counts(): LinkCounts {
    return { carried: this.#carried, lost: this.#lost, doubled: this.#doubled, reordered: this.#reordered };
  }

  /** Delivers a datagram once, twice, later, or never. Returns false for the last. */
  carry(deliver: () => void): boolean {
    this.#carried++;
    const fate = this.#random() / this.#share;
    if (fate < 1) this.#lost++;
    else if (fate < 2) {
      this.#doubled++;
      deliver();
      deliver();
    } else if (fate < 3) {
      this.#reordered++;
      setTimeout(deliver, delay);
    } else deliver();
    return fate >= 1;
  }
}

/** Mulberry32: from 0 to below 1. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
