// A visitor: one browser's WebSocket, as the rest of the gateway may know it.

export interface Visitor {
  /** IP address of the connection, and its port: together they name the visitor while it is here. */
  readonly address: string;
  readonly port: number;
  /** The page's origin, as the browser told it. */
  readonly origin: string;
}

/** The visitors who are here now. Whoever takes calls looks up who is calling by the connection's far end. */
export class Visitors {
  readonly #present = new Map<string, Visitor>();
  readonly #perAddress = new Map<string, number>();
  readonly #farewells: ((visitor: Visitor) => void)[] = [];

  get size(): number {
    return this.#present.size;
  }

  at(address: string, port: number): Visitor | undefined {
    return this.#present.get(key(address, port));
  }

  countFrom(address: string): number {
    return this.#perAddress.get(address) ?? 0;
  }

  enter(visitor: Visitor): void {
    this.#present.set(key(visitor.address, visitor.port), visitor);
    this.#perAddress.set(visitor.address, this.countFrom(visitor.address) + 1);
  }

  leave(visitor: Visitor): void {
    if (!this.#present.delete(key(visitor.address, visitor.port))) return;
    const left = this.countFrom(visitor.address) - 1;
    if (left > 0) this.#perAddress.set(visitor.address, left);
    else this.#perAddress.delete(visitor.address);
    for (const farewell of this.#farewells) farewell(visitor);
  }

  /** Tells `farewell` of every visitor whose WebSocket is gone. */
  onLeft(farewell: (visitor: Visitor) => void): void {
    this.#farewells.push(farewell);
  }
}

function key(address: string, port: number): string {
  return `${address}|${port}`;
}
