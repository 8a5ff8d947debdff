// A visitor: one browser's WebSocket, as the rest of the gateway may know it.

import type { DenialReason } from '../auth/authorization.ts';
import type { Grant } from '../auth/grant.ts';

/** One end of a connection. */
export interface End {
  readonly address: string;
  readonly port: number;
}

export interface Visitor {
  /** The browser's IP address and port. */
  readonly address: string;
  readonly port: number;
  /** The page's origin, as the browser told it. */
  readonly origin: string;
  /** The page is one of the gateway's own. */
  readonly ownPage?: boolean;
  /** What it does counts as an offence of its address (auth/offence.ts). */
  readonly accountable?: boolean;
  /** The call that it may make, or has come back to. */
  readonly grant?: Grant | undefined;
  /** Why it may make none: its token is wrong by the owner's fault. */
  readonly denial?: DenialReason;
}

/**
 * The visitors who are here now. Whoever takes calls looks up who is calling by where the SIP engine sees
 * the frames come from: the browser itself when the engine has its socket, else our end of the connection
 * that hands the frames on.
 */
export class Visitors {
  readonly #present = new Map<Visitor, string | undefined>();
  readonly #bySource = new Map<string, Visitor>();
  readonly #perNetwork = new Map<string, number>();
  readonly #networkOf: (address: string) => string;
  #objected = 0;
  readonly #farewells: ((visitor: Visitor) => void)[] = [];

  /** `networkOf` tells which addresses count as one; it must go on saying the same. */
  constructor(networkOf: (address: string) => string = address => address) {
    this.#networkOf = networkOf;
  }

  get size(): number {
    return this.#present.size;
  }

  /** Those who are here only to learn why they cannot call. */
  get objected(): number {
    return this.#objected;
  }

  /** The visitor whose frames the SIP engine sees come from there. */
  at(address: string, port: number): Visitor | undefined {
    return this.#bySource.get(key(address, port));
  }

  countFrom(address: string): number {
    return this.#perNetwork.get(this.#networkOf(address)) ?? 0;
  }

  enter(visitor: Visitor): void {
    this.#present.set(visitor, undefined);
    if (visitor.denial) this.#objected++;
    this.#perNetwork.set(this.#networkOf(visitor.address), this.countFrom(visitor.address) + 1);
  }

  /** From now on `source` means this visitor, while it is here. */
  seenAt(visitor: Visitor, source: End): void {
    if (!this.#present.has(visitor)) return;
    const name = key(source.address, source.port);
    this.#present.set(visitor, name);
    this.#bySource.set(name, visitor);
  }

  leave(visitor: Visitor): void {
    const name = this.#present.get(visitor);
    if (!this.#present.delete(visitor)) return;
    if (visitor.denial) this.#objected--;
    if (name !== undefined && this.#bySource.get(name) === visitor) this.#bySource.delete(name);
    const left = this.countFrom(visitor.address) - 1;
    const network = this.#networkOf(visitor.address);
    if (left > 0) this.#perNetwork.set(network, left);
    else this.#perNetwork.delete(network);
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
