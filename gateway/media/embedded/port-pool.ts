// Pairs of UDP ports for RTP and RTCP toward PBXs (RFC 3550 11: even, and the next odd). A released pair
// stays bound for a while and drops its packets, so that the next call does not receive packets of the last
// one. Pairs are drawn at random.

import type { Socket } from 'node:dgram';
import { bindUdp } from './udp.ts';

export interface PortPair {
  readonly pool: PortPool;
  /** The even port. */
  readonly port: number;
  readonly rtp: Socket;
  readonly rtcp: Socket;
}

export interface PortPoolOptions {
  readonly listen: string;
  readonly ipv6Only?: boolean;
  /** First and last, both included. */
  readonly ports: readonly [number, number];
  readonly drainMs: number;
}

/** Ports of other processes are skipped, up to this number. */
const maxTaken = 200;

export class PortPool {
  readonly #options: PortPoolOptions;
  readonly #free: number[] = [];
  readonly #used = new Set<PortPair>();
  readonly #draining = new Map<PortPair, NodeJS.Timeout>();

  constructor(options: PortPoolOptions) {
    this.#options = options;
    const [first, last] = options.ports;
    for (let port = first + (first & 1); port < last; port += 2) this.#free.push(port);
  }

  get used(): number {
    return this.#used.size;
  }

  get draining(): number {
    return this.#draining.size;
  }

  /** Null when no pair is free. */
  async take(): Promise<PortPair | null> {
    const taken: number[] = [];
    try {
      while (taken.length < maxTaken) {
        const port = this.#draw();
        if (port === null) return null;
        const pair = await this.#bind(port);
        if (pair !== null) {
          this.#used.add(pair);
          return pair;
        }
        taken.push(port);
      }
      return null;
    } finally {
      this.#free.push(...taken);
    }
  }

  /** Stops listening immediately; the ports are free after the drain. */
  release(pair: PortPair): void {
    if (!this.#used.delete(pair)) return;
    pair.rtp.removeAllListeners('message');
    pair.rtcp.removeAllListeners('message');
    this.#draining.set(
      pair,
      setTimeout(() => this.#drained(pair), this.#options.drainMs),
    );
  }

  close(): void {
    for (const [pair, timer] of this.#draining) {
      clearTimeout(timer);
      this.#drained(pair);
    }
    for (const pair of this.#used) {
      pair.rtp.close();
      pair.rtcp.close();
    }
    this.#used.clear();
  }

  #drained(pair: PortPair): void {
    this.#draining.delete(pair);
    pair.rtp.close();
    pair.rtcp.close();
    this.#free.push(pair.port);
  }

  #draw(): number | null {
    if (this.#free.length === 0) return null;
    const at = Math.floor(Math.random() * this.#free.length);
    const port = this.#free[at]!;
    this.#free[at] = this.#free.at(-1)!;
    this.#free.pop();
    return port;
  }

  async #bind(port: number): Promise<PortPair | null> {
    const { listen, ipv6Only } = this.#options;
    const rtp = await bindUdp(listen, port, ipv6Only).catch(() => null);
    if (rtp === null) return null;
    const rtcp = await bindUdp(listen, port + 1, ipv6Only).catch(() => null);
    if (rtcp !== null) return { pool: this, port, rtp, rtcp };
    rtp.close();
    return null;
  }
}
