// The UDP port of a worker that all its browsers share, on each address, and where datagrams go that come by TCP. Tells them
// apart by their first byte (RFC 7983) and by who sent them: checks by user name, all else by an
// address that a check has validated. What belongs to nobody is counted and dropped.

import type { Socket } from 'node:dgram';
import type { Generation, IceAgent } from './ice-agent.ts';
import { isRtcp } from './rtp.ts';
import { readBinding } from './stun.ts';
import { bindUdp } from './udp.ts';

/** How datagrams get to a browser: by the worker's UDP socket, or by one TCP connection. */
export interface ReplyPath {
  /** Sends `packet[0, length)`, at once or never: the buffer is used again. */
  send(packet: Buffer, length: number, port: number, address: string): void;
  /** An address of this way has become a leg's, or is so no more. */
  kept(on: boolean): void;
}

/** Where a datagram came from. */
export interface Source {
  readonly way: ReplyPath;
  readonly address: string;
  readonly port: number;
}

/** A browser's address, validated by a check of `agent`. */
export interface Tuple extends Source {
  readonly agent: IceAgent;
  readonly leg: BrowserPackets;
  checkedAt: number;
}

/** What a leg takes from its validated addresses. The buffer is the leg's to overwrite. */
export interface BrowserPackets {
  dtls(datagram: Buffer): void;
  rtp(packet: Buffer, now: number): void;
  rtcp(packet: Buffer): void;
  /** A check with our user name that did not hold. */
  refused(): void;
}

export interface BrowserPortOptions {
  readonly listen: readonly string[];
  readonly port: number;
  /** How long an address stays its leg's own without a check. */
  readonly consentMs: number;
  readonly now: () => number;
  readonly onBug: (error: unknown) => void;
}

export class BrowserPort {
  readonly #sockets: readonly Socket[];
  readonly #options: BrowserPortOptions;
  readonly #generations = new Map<string, Generation>();
  readonly #legs = new Map<IceAgent, BrowserPackets>();
  /** By port number, then by address: no string is built per packet. */
  readonly #tuples = new Map<number, Tuple[]>();
  /** Datagrams that belong to no leg. */
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
      const way = this.#wayOf(socket);
      socket.on('message', (datagram, from) => this.receive(datagram, way, from.address, from.port));
    }
  }

  #wayOf(socket: Socket): ReplyPath {
    return {
      // A socket throws at what it cannot send, such as to port 0, and werift sends where nobody would catch that.
      send: (packet, length, port, address) => {
        try {
          socket.send(packet, 0, length, port, address);
        } catch (error) {
          this.#options.onBug(error);
        }
      },
      kept: () => {},
    };
  }

  receive(datagram: Buffer, way: ReplyPath, address: string, port: number): void {
    try {
      this.#receive(datagram, way, address, port);
    } catch (error) {
      this.unmatched++;
      this.#options.onBug(error);
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
   * Gives an address to a leg whose check came from it; null while it is another leg's,
   * lest somebody with a call of their own forge a check from a neighbour's address.
   */
  claim(agent: IceAgent, { way, address, port }: Source, now: number): Tuple | null {
    const leg = this.#legs.get(agent);
    if (leg === undefined) return null;
    const known = this.#find(way, address, port);
    if (known !== undefined) {
      if (now - known.checkedAt < this.#options.consentMs) return null;
      known.agent.lose(known);
      this.release(known);
    }
    const tuple: Tuple = { way, address, port, agent, leg, checkedAt: now };
    way.kept(true);
    const others = this.#tuples.get(port);
    if (others === undefined) this.#tuples.set(port, [tuple]);
    else others.push(tuple);
    return tuple;
  }

  release(tuple: Tuple): void {
    const rest = (this.#tuples.get(tuple.port) ?? []).filter(t => t !== tuple);
    if (rest.length === 0) this.#tuples.delete(tuple.port);
    else this.#tuples.set(tuple.port, rest);
    tuple.way.kept(false);
  }

  /** A way is gone, and with it an address that may be some leg's. */
  lose(way: ReplyPath, address: string, port: number): void {
    const tuple = this.#find(way, address, port);
    if (tuple === undefined) return;
    tuple.agent.lose(tuple);
    this.release(tuple);
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #find(way: ReplyPath, address: string, port: number): Tuple | undefined {
    const tuples = this.#tuples.get(port);
    if (tuples === undefined) return undefined;
    for (const tuple of tuples) if (tuple.address === address && tuple.way === way) return tuple;
    return undefined;
  }

  #receive(datagram: Buffer, way: ReplyPath, address: string, port: number): void {
    const first = datagram[0];
    // Nobody can be answered at port 0.
    if (first === undefined || port === 0) this.unmatched++;
    else if (first < 4) this.#check(datagram, { way, address, port });
    else {
      const tuple = this.#find(way, address, port);
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
    // An indication carries no user name: its address tells whose it is.
    const name = binding.username?.split(':', 1)[0];
    const generation = name === undefined ? undefined : this.#generations.get(name);
    if (generation === undefined) {
      const known = this.#find(from.way, from.address, from.port);
      if (binding.kind !== 'indication' || known === undefined) this.unmatched++;
      return;
    }
    const { agent } = generation;
    if (!agent.receive(generation, datagram, binding, from, this.#options.now())) {
      this.#legs.get(agent)?.refused();
    }
  }
}
