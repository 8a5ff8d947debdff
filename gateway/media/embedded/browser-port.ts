// The one UDP port of a worker that all its browsers share. Tells datagrams apart by
// their first byte (RFC 7983) and by who sent them: checks by user name, all else by an
// address that a check has validated. What belongs to nobody is counted and dropped.

import type { RemoteInfo, Socket } from 'node:dgram';
import type { Generation, IceAgent } from './ice-agent.ts';
import { isRtcp } from './rtp.ts';
import { readBinding } from './stun.ts';
import { bindUdp } from './udp.ts';

/** A browser's address, validated by a check of `agent`. */
export interface Tuple {
  readonly address: string;
  readonly port: number;
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
  readonly listen: string;
  readonly port: number;
  /** How long an address stays its leg's own without a check. */
  readonly consentMs: number;
  readonly now: () => number;
  readonly onBug: (error: unknown) => void;
}

export class BrowserPort {
  readonly #socket: Socket;
  readonly #options: BrowserPortOptions;
  readonly #generations = new Map<string, Generation>();
  readonly #legs = new Map<IceAgent, BrowserPackets>();
  /** By port number, then by address: no string is built per packet. */
  readonly #tuples = new Map<number, Tuple[]>();
  /** Datagrams that belong to no leg. */
  strays = 0;

  static async open(options: BrowserPortOptions): Promise<BrowserPort> {
    return new BrowserPort(await bindUdp(options.listen, options.port), options);
  }

  private constructor(socket: Socket, options: BrowserPortOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('message', (datagram, from) => {
      try {
        this.#receive(datagram, from);
      } catch (error) {
        this.strays++;
        options.onBug(error);
      }
    });
  }

  get port(): number {
    return this.#socket.address().port;
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
  claim(agent: IceAgent, address: string, port: number, now: number): Tuple | null {
    const leg = this.#legs.get(agent);
    if (leg === undefined) return null;
    const known = this.#find(address, port);
    if (known !== undefined) {
      if (now - known.checkedAt < this.#options.consentMs) return null;
      known.agent.lose(known);
      this.release(known);
    }
    const tuple: Tuple = { address, port, agent, leg, checkedAt: now };
    const others = this.#tuples.get(port);
    if (others === undefined) this.#tuples.set(port, [tuple]);
    else others.push(tuple);
    return tuple;
  }

  release(tuple: Tuple): void {
    const rest = (this.#tuples.get(tuple.port) ?? []).filter(t => t !== tuple);
    if (rest.length === 0) this.#tuples.delete(tuple.port);
    else this.#tuples.set(tuple.port, rest);
  }

  /** To the address a check came from. */
  reply(message: Buffer, address: string, port: number): void {
    this.#socket.send(message, port, address);
  }

  send(packet: Buffer, length: number, to: Tuple): void {
    this.#socket.send(packet, 0, length, to.port, to.address);
  }

  close(): void {
    this.#socket.close();
  }

  #find(address: string, port: number): Tuple | undefined {
    const tuples = this.#tuples.get(port);
    if (tuples === undefined) return undefined;
    for (const tuple of tuples) if (tuple.address === address) return tuple;
    return undefined;
  }

  #receive(datagram: Buffer, from: RemoteInfo): void {
    const first = datagram[0];
    if (first === undefined) this.strays++;
    else if (first < 4) this.#check(datagram, from);
    else {
      const tuple = this.#find(from.address, from.port);
      if (tuple === undefined || datagram.length < 12) this.strays++;
      else if (first >= 128 && first < 192) {
        if (isRtcp(datagram)) tuple.leg.rtcp(datagram);
        else tuple.leg.rtp(datagram, this.#options.now());
      } else if (first >= 20 && first < 64) tuple.leg.dtls(datagram);
      else tuple.leg.refused();
    }
  }

  #check(datagram: Buffer, from: RemoteInfo): void {
    const binding = readBinding(datagram);
    if (binding === null) {
      this.strays++;
      return;
    }
    // An indication carries no user name: its address tells whose it is.
    const name = binding.username?.split(':', 1)[0];
    const generation = name === undefined ? undefined : this.#generations.get(name);
    if (generation === undefined) {
      if (binding.kind !== 'indication' || this.#find(from.address, from.port) === undefined) this.strays++;
      return;
    }
    const { agent } = generation;
    if (!agent.receive(generation, datagram, binding, from.address, from.port, this.#options.now())) {
      this.#legs.get(agent)?.refused();
    }
  }
}
