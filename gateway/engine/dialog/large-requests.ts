// Requests too large for a datagram go over TCP (RFC 3261 18.1.1), and over UDP after all where the peer has no
// TCP. Which peers have none is remembered for a while.

import type { Timers } from '../transaction/timers.ts';
import type { Destination } from '../transport/listen-point.ts';
import type { Flow } from '../transport/transport.ts';
import type { Network } from './network.ts';

/** "If a request is [...] larger than 1300 bytes and the path MTU is unknown". */
export const datagramLimit = 1300;

/** For a peer whose firewall drops what it does not expect: no call should wait longer, in milliseconds. */
const patience = 500;
/** How long a peer is known to have no TCP, in milliseconds. */
const memory = 600_000;
const maxRemembered = 1024;

export class LargeRequests {
  readonly #network: Network;
  readonly #timers: Timers;
  /** Peers without TCP, and until when that is believed. */
  readonly #narrow = new Map<string, number>();

  constructor(network: Network, timers: Timers) {
    this.#network = network;
    this.#timers = timers;
  }

  async flowFor(destination: Destination, size: number): Promise<Flow> {
    if (destination.transport !== 'udp' || size <= datagramLimit || !this.#hears())
      return this.#network.flowTo(destination);
    const key = `${destination.address} ${destination.port}`;
    const now = this.#timers.clock.now();
    if ((this.#narrow.get(key) ?? 0) > now) return this.#network.flowTo(destination);
    try {
      return await inTime(this.#network.flowTo({ ...destination, transport: 'tcp' }));
    } catch {
      // "the client SHOULD retry the request, using UDP".
      if (this.#narrow.size >= maxRemembered) this.#narrow.delete(this.#narrow.keys().next().value!);
      this.#narrow.set(key, now + memory);
      return this.#network.flowTo(destination);
    }
  }

  /** The answer may come on a connection of the peer's (RFC 3261 18.1.1, 18.2.2). */
  #hears(): boolean {
    return this.#network.points.some(({ transport }) => transport === 'tcp');
  }
}

/** On the wall's clock, as the transports' own deadlines are. */
function inTime(dialling: Promise<Flow>): Promise<Flow> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => reject(new Error('No connection in time')), patience);
    dialling.then(resolve, reject).finally(() => clearTimeout(deadline));
  });
}
