// The visitors of this process, by id, and the places that they take. A place is counted from the decision on an upgrade,
// before the WebSocket is open: upgrades that come at the same time together exceed no limit.

import type { Visitor } from '../auth/visitor.ts';

/** A place for one visitor. */
export interface Place {
  /** The visitor has no right to call, and gets the cause when it calls. */
  deny(): void;
  /** Frees the place: no WebSocket is opened, or the visitor has left. Further calls have no effect. */
  release(): void;
}

export class Visitors {
  readonly #connected = new Map<string, Visitor>();
  readonly #perNetwork = new Map<string, number>();
  readonly #networkOf: (address: string) => string;
  #places = 0;
  #denied = 0;
  readonly #leftListeners: ((visitor: Visitor) => void)[] = [];

  /** `networkOf` maps an address to its network; its result for an address must not change. */
  constructor(networkOf: (address: string) => string = address => address) {
    this.#networkOf = networkOf;
  }

  /** Visitors whose WebSocket is open. */
  get size(): number {
    return this.#connected.size;
  }

  /** Places that are taken, those of visitors included. */
  get places(): number {
    return this.#places;
  }

  /** Places of visitors without a right to call. */
  get denied(): number {
    return this.#denied;
  }

  /** Places of the network of this address. */
  placesOf(address: string): number {
    return this.#perNetwork.get(this.#networkOf(address)) ?? 0;
  }

  get(id: string): Visitor | undefined {
    return this.#connected.get(id);
  }

  /** Takes a place without a check: the caller compares the numbers with the limits in the same synchronous step. */
  take(address: string): Place {
    const network = this.#networkOf(address);
    let held = true;
    let denied = false;
    this.#places++;
    this.#perNetwork.set(network, this.placesOf(address) + 1);
    return {
      deny: () => {
        if (held && !denied) this.#denied++;
        denied = held;
      },
      release: () => {
        if (!held) return;
        held = false;
        this.#places--;
        if (denied) this.#denied--;
        const left = this.placesOf(address) - 1;
        if (left > 0) this.#perNetwork.set(network, left);
        else this.#perNetwork.delete(network);
      },
    };
  }

  add(visitor: Visitor): void {
    this.#connected.set(visitor.id, visitor);
  }

  remove(visitor: Visitor): void {
    if (!this.#connected.delete(visitor.id)) return;
    for (const listener of this.#leftListeners) listener(visitor);
  }

  /** Calls `listener` for every visitor whose WebSocket has closed. */
  onLeft(listener: (visitor: Visitor) => void): void {
    this.#leftListeners.push(listener);
  }
}
