// Requests that are too large for a datagram go over TCP (RFC 3261 18.1.1), or over UDP if the peer has no TCP. Peers
// without TCP are remembered for 10 minutes.

import type { Timers } from '../transaction/timers.ts';
import type { RemoteEndpoint } from '../transport/listen-point.ts';
import type { Flow } from '../transport/transport.ts';
import type { Network } from './network.ts';

/** "If a request is [...] larger than 1300 bytes and the path MTU is unknown". */
export const datagramLimit = 1300;

/** Limit for a peer whose firewall drops unexpected connections: no call waits longer. In milliseconds. */
const connectLimitMs = 500;
/** How long a peer counts as one without TCP, in milliseconds. */
const rememberMs = 600_000;
const maxRemembered = 1024;

export class LargeRequests {
  readonly #network: Network;
  readonly #timers: Timers;
  /** Peers without TCP, each with the time until which this is assumed. */
  readonly #udpOnly = new Map<string, number>();

  constructor(network: Network, timers: Timers) {
    this.#network = network;
    this.#timers = timers;
  }

  async flowFor(destination: RemoteEndpoint, size: number): Promise<Flow> {
    if (destination.transport !== 'udp' || size <= datagramLimit || !this.#listensOnTcp())
      return this.#network.flowTo(destination);
    const key = `${destination.address} ${destination.port}`;
    const now = this.#timers.clock.now();
    if ((this.#udpOnly.get(key) ?? 0) > now) return this.#network.flowTo(destination);
    try {
      return await withTimeLimit(this.#network.flowTo({ ...destination, transport: 'tcp' }));
    } catch {
      // "the client SHOULD retry the request, using UDP".
      if (this.#udpOnly.size >= maxRemembered) this.#udpOnly.delete(this.#udpOnly.keys().next().value!);
      this.#udpOnly.set(key, now + rememberMs);
      return this.#network.flowTo(destination);
    }
  }

  /**
   * Whether a TCP listener exists: the answer may arrive on a new connection from the peer (RFC 3261 18.1.1, 18.2.2).
   */
  #listensOnTcp(): boolean {
    return this.#network.points.some(({ transport }) => transport === 'tcp');
  }
}

/** On the system's timers, as the transports' own deadlines are. */
function withTimeLimit(dialling: Promise<Flow>): Promise<Flow> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => reject(new Error('no connection in time')), connectLimitMs);
    dialling.then(resolve, reject).finally(() => clearTimeout(deadline));
  });
}
