// A visitor: the data of one browser's WebSocket that the rest of the gateway uses.

import type { DenialReason } from '../auth/authorization.ts';
import type { Grant } from '../auth/grant.ts';

/** IP address and port (RFC 8489 4). */
export interface TransportAddress {
  readonly address: string;
  readonly port: number;
}

export interface Visitor {
  /** The browser's IP address and port. */
  readonly address: string;
  readonly port: number;
  /** The page's origin, from the browser. */
  readonly origin: string;
  /** The page is one of the gateway's own. */
  readonly ownPage?: boolean;
  /** Its protocol errors count as offences of its address (auth/offence.ts). */
  readonly accountable?: boolean;
  /** The call that it may make or has resumed. */
  readonly grant?: Grant | undefined;
  /** Why it may make no call: its token is wrong by the owner's fault. */
  readonly denial?: DenialReason;
}

/**
 * The connected visitors. The call application looks up the caller by the source of the frames as the SIP engine sees it:
 * the browser itself when the engine has its socket, else the local address of the connection that forwards the frames.
 */
export class Visitors {
  readonly #connected = new Map<Visitor, string | undefined>();
  readonly #bySource = new Map<string, Visitor>();
  readonly #perNetwork = new Map<string, number>();
  readonly #networkOf: (address: string) => string;
  #denied = 0;
  readonly #leftListeners: ((visitor: Visitor) => void)[] = [];

  /** `networkOf` maps an address to its network; its result for an address must not change. */
  constructor(networkOf: (address: string) => string = address => address) {
    this.#networkOf = networkOf;
  }

  get size(): number {
    return this.#connected.size;
  }

  /** Visitors without a right to call, who get the cause when they call. */
  get denied(): number {
    return this.#denied;
  }

  /** The visitor whose frames come from this source, as the SIP engine sees it. */
  at(address: string, port: number): Visitor | undefined {
    return this.#bySource.get(key(address, port));
  }

  countFrom(address: string): number {
    return this.#perNetwork.get(this.#networkOf(address)) ?? 0;
  }

  add(visitor: Visitor): void {
    this.#connected.set(visitor, undefined);
    if (visitor.denial) this.#denied++;
    this.#perNetwork.set(this.#networkOf(visitor.address), this.countFrom(visitor.address) + 1);
  }

  /** Maps `source` to this visitor while it is connected. */
  seenAt(visitor: Visitor, source: TransportAddress): void {
    if (!this.#connected.has(visitor)) return;
    const name = key(source.address, source.port);
    this.#connected.set(visitor, name);
    this.#bySource.set(name, visitor);
  }

  remove(visitor: Visitor): void {
    const name = this.#connected.get(visitor);
    if (!this.#connected.delete(visitor)) return;
    if (visitor.denial) this.#denied--;
    if (name !== undefined && this.#bySource.get(name) === visitor) this.#bySource.delete(name);
    const left = this.countFrom(visitor.address) - 1;
    const network = this.#networkOf(visitor.address);
    if (left > 0) this.#perNetwork.set(network, left);
    else this.#perNetwork.delete(network);
    for (const listener of this.#leftListeners) listener(visitor);
  }

  /** Calls `listener` for every visitor whose WebSocket has closed. */
  onLeft(listener: (visitor: Visitor) => void): void {
    this.#leftListeners.push(listener);
  }
}

function key(address: string, port: number): string {
  return `${address}|${port}`;
}
