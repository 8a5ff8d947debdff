// The UDP port of a worker, shared by all browsers, on each address. Datagrams that arrive by TCP go through
// the same code. Classifies datagrams by their first byte (RFC 7983). Assigns STUN checks by user name, and
// everything else by a source address that a check has validated. Counts and drops the rest.

import type { Socket } from 'node:dgram';
import type { Generation, IceAgent } from './ice-agent.ts';
import { isRtcp } from './rtp.ts';
import { readBinding } from './stun.ts';
import { bindUdp } from './udp.ts';

/** How datagrams get to a browser: the UDP socket of the worker, or one TCP connection. */
export interface ReplyPath {
  /** Sends `packet[0, length)` immediately or drops it, because the caller reuses the buffer. */
  send(packet: Buffer, length: number, port: number, address: string): void;
  /** A leg has started (true) or stopped (false) using an address of this path. */
  kept(on: boolean): void;
}

/** The source of a datagram. */
export interface Source {
  readonly path: ReplyPath;
  readonly address: string;
  readonly port: number;
}

/** A browser's address that a check of `agent` has validated. */
export interface Tuple extends Source {
  readonly agent: IceAgent;
  readonly leg: BrowserPackets;
  checkedAt: number;
}

/** What a leg receives from its validated addresses. The leg may overwrite the buffer. */
export interface BrowserPackets {
  dtls(datagram: Buffer): void;
  rtp(packet: Buffer, now: number): void;
  rtcp(packet: Buffer): void;
  /** A check with the leg's user name failed authentication. */
  refused(): void;
}

export interface BrowserPortOptions {
  readonly listen: readonly string[];
  readonly port: number;
  /** How long an address stays reserved for its leg without a check. */
  readonly consentMs: number;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

export class BrowserPort {
  readonly #sockets: readonly Socket[];
  readonly #options: BrowserPortOptions;
  readonly #generations = new Map<string, Generation>();
  readonly #legs = new Map<IceAgent, BrowserPackets>();
  /** By port number, then by address, so that no string is built for each packet. */
  readonly #tuples = new Map<number, Tuple[]>();
  /** Datagrams that match no leg. */
  unmatched = 0;

  static async open(options: BrowserPortOptions): Promise<BrowserPort> {
    const { listen, port } = options;
    const bound = listen.map(address => bindUdp(address, port, listen.length > 1));
    try {
      return new BrowserPort(await Promise.all(bound), options);
    } catch (error) {
      for (const socket of bound) socket.then(one => one.close()).catch(() => {});
      throw error;
    }
  }

  private constructor(sockets: readonly Socket[], options: BrowserPortOptions) {
    this.#sockets = sockets;
    this.#options = options;
    for (const socket of sockets) {
      const path = this.#pathOf(socket);
      socket.on('message', (datagram, from) => this.receive(datagram, path, from.address, from.port));
    }
  }

  #pathOf(socket: Socket): ReplyPath {
    return {
      // A socket throws on an unusable target, such as port 0, and werift sends in places where nothing
      // catches the error.
      send: (packet, length, port, address) => {
        try {
          socket.send(packet, 0, length, port, address);
        } catch (error) {
          this.#options.onError(error);
        }
      },
      kept: () => {},
    };
  }

  receive(datagram: Buffer, path: ReplyPath, address: string, port: number): void {
    try {
      this.#receive(datagram, path, address, port);
    } catch (error) {
      this.unmatched++;
      this.#options.onError(error);
    }
  }

  /** In the order of the addresses. */
  get ports(): readonly number[] {
    return this.#sockets.map(socket => socket.address().port);
  }

  adopt(agent: IceAgent, leg: BrowserPackets): void {
    this.#legs.set(agent, leg);
  }

  abandon(agent: IceAgent): void {
    this.#legs.delete(agent);
  }

  register(generation: Generation): void {
    this.#generations.set(generation.local.ufrag, generation);
  }

  unregister(generation: Generation): void {
    if (this.#generations.get(generation.local.ufrag) === generation) {
      this.#generations.delete(generation.local.ufrag);
    }
  }

  /**
   * Assigns an address to a leg after a valid check from that address. Returns null while another leg holds
   * the address: otherwise a client with its own call could forge a check from the address of another
   * browser.
   */
  claim(agent: IceAgent, { path, address, port }: Source, now: number): Tuple | null {
    const leg = this.#legs.get(agent);
    if (leg === undefined) return null;
    const known = this.#find(path, address, port);
    if (known !== undefined) {
      if (now - known.checkedAt < this.#options.consentMs) return null;
      known.agent.lose(known);
      this.release(known);
    }
    const tuple: Tuple = { path, address, port, agent, leg, checkedAt: now };
    path.kept(true);
    const others = this.#tuples.get(port);
    if (others === undefined) this.#tuples.set(port, [tuple]);
    else others.push(tuple);
    return tuple;
  }

  release(tuple: Tuple): void {
    const rest = (this.#tuples.get(tuple.port) ?? []).filter(t => t !== tuple);
    if (rest.length === 0) this.#tuples.delete(tuple.port);
    else this.#tuples.set(tuple.port, rest);
    tuple.path.kept(false);
  }

  /** A path has closed. Removes its address from the leg that uses it. */
  lose(path: ReplyPath, address: string, port: number): void {
    const tuple = this.#find(path, address, port);
    if (tuple === undefined) return;
    tuple.agent.lose(tuple);
    this.release(tuple);
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #find(path: ReplyPath, address: string, port: number): Tuple | undefined {
    const tuples = this.#tuples.get(port);
    if (tuples === undefined) return undefined;
    for (const tuple of tuples) if (tuple.address === address && tuple.path === path) return tuple;
    return undefined;
  }

  #receive(datagram: Buffer, path: ReplyPath, address: string, port: number): void {
    const first = datagram[0];
    // Port 0 cannot receive an answer.
    if (first === undefined || port === 0) this.unmatched++;
    else if (first < 4) this.#check(datagram, { path, address, port });
    else {
      const tuple = this.#find(path, address, port);
      if (tuple === undefined || datagram.length < 12) this.unmatched++;
      else if (first >= 128 && first < 192) {
        if (isRtcp(datagram)) tuple.leg.rtcp(datagram);
        else tuple.leg.rtp(datagram, this.#options.now());
      } else if (first >= 20 && first < 64) tuple.leg.dtls(datagram);
      else tuple.leg.refused();
    }
  }

  #check(datagram: Buffer, from: Source): void {
    const binding = readBinding(datagram);
    if (binding === null) {
      this.unmatched++;
      return;
    }
    // An indication has no user name: it is matched by its source address.
    const name = binding.username?.split(':', 1)[0];
    const generation = name === undefined ? undefined : this.#generations.get(name);
    if (generation === undefined) {
      const known = this.#find(from.path, from.address, from.port);
      if (binding.kind !== 'indication' || known === undefined) this.unmatched++;
      return;
    }
    const { agent } = generation;
    if (!agent.receive(generation, datagram, binding, from, this.#options.now())) {
      this.#legs.get(agent)?.refused();
    }
  }
}
